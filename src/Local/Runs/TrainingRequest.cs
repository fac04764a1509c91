using S2M.Specification;

namespace S2M.Local.Runs;

/// <summary>What a run is asked to do.</summary>
/// <param name="Specification">The job.</param>
/// <param name="Folder">Where checkpoints and reports go.</param>
/// <param name="DataPaths">Data sets by name.</param>
/// <param name="Resume">Goes on from the newest checkpoint.</param>
/// <param name="Fresh">Removes what an earlier run left; otherwise an earlier run's checkpoints are refused.</param>
/// <param name="Threads">Training threads, at least 1.</param>
public sealed record TrainingRequest(
    JobSpecification Specification, string Folder, IReadOnlyDictionary<string, string> DataPaths, bool Resume, bool Fresh, int Threads);
