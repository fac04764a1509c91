using S2M.Coordinator.Evaluation;
using S2M.Specification;

namespace S2M.Coordinator.Reports;

/// <summary>What a report shows.</summary>
/// <param name="Run">Table, history, hashes.</param>
/// <param name="Specification">The job, defaults filled in.</param>
/// <param name="Episodes">Test episodes with their pictures.</param>
internal sealed record ReportContent(RunReport Run, JobSpecification Specification, IReadOnlyList<PicturedEpisode> Episodes);

/// <summary>A test episode to look at.</summary>
/// <param name="Shots">Support size.</param>
/// <param name="Inverted">Whether the pictures are bright strokes on black, which a light page turns over.</param>
/// <param name="Concepts">The concepts.</param>
internal sealed record PicturedEpisode(int Shots, bool Inverted, IReadOnlyList<PicturedConcept> Concepts);

/// <summary>A concept of a pictured episode.</summary>
/// <param name="Name">The class, and its rotation where it is turned.</param>
/// <param name="Support">The support images, PNG files.</param>
/// <param name="Queries">The queries that are its own.</param>
internal sealed record PicturedConcept(string Name, IReadOnlyList<byte[]> Support, IReadOnlyList<PicturedQuery> Queries);

/// <summary>A query of a pictured episode.</summary>
/// <param name="Image">A PNG file.</param>
/// <param name="Own">Log density under its own concept.</param>
/// <param name="Best">The concept that won, from 0; the first among equals.</param>
/// <param name="Winning">Log density under the concept that won.</param>
/// <param name="IsRight">Whether the winner is its own concept.</param>
internal sealed record PicturedQuery(byte[] Image, double Own, int Best, double Winning, bool IsRight);
