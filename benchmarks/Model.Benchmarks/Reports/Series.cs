namespace S2M.Model.Benchmarks.Reports;

/// <summary>The samples of one piece of work.</summary>
/// <param name="Name">What was timed.</param>
/// <param name="Unit">Of the samples.</param>
/// <param name="Samples">In the order of measuring: index i of all series of a pairing belongs together.</param>
/// <param name="AllocatedBytes">Managed bytes of an operation; null where not measured.</param>
internal sealed record Series(string Name, string Unit, IReadOnlyList<double> Samples, long? AllocatedBytes = null);

/// <summary>A comparison of two series, pair by pair.</summary>
/// <param name="Name">What it says.</param>
/// <param name="Numerator">The series above.</param>
/// <param name="Denominator">The series below.</param>
/// <param name="Samples">The quotients.</param>
internal sealed record Comparison(string Name, string Numerator, string Denominator, IReadOnlyList<double> Samples);
