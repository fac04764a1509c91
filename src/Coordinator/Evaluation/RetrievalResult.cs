using S2M.Numerics.Statistics;

namespace S2M.Coordinator.Evaluation;

/// <summary>A line of the retrieval protocol: every concept ranks the target images of all concepts (docs/maths.md, eq. 26).</summary>
/// <param name="Phase"><c>test</c>.</param>
/// <param name="Head">What ranked: <c>gauss</c>, <c>adagmm</c>, <c>nearest_mean</c>, ...</param>
/// <param name="Gallery"><c>all</c>: every concept of the phase; <c>upright</c>: those without rotation.</param>
/// <param name="Concepts">How many concepts ranked, with one half or both.</param>
/// <param name="Targets">Target images of one half, near-duplicates removed; the mean of both halves.</param>
/// <param name="RemovedDuplicates">Target images left out because their pixels are those of a concept image of the same class.</param>
/// <param name="LeftOutHalves">Halves that could not rank: empty, or every target of the concept itself was a removed duplicate.</param>
/// <param name="MeanAveragePrecision">Mean over concepts and both halves, those left out apart.</param>
/// <param name="Characters95">Interval over base classes, their rotations together.</param>
public sealed record RetrievalResult(
    string Phase,
    string Head,
    string Gallery,
    int Concepts,
    double Targets,
    int RemovedDuplicates,
    int LeftOutHalves,
    double MeanAveragePrecision,
    Interval Characters95);
