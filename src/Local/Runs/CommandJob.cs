using S2M.Specification;

namespace S2M.Local.Runs;

/// <summary>A job as the command line gives it.</summary>
/// <param name="Specification">What it comes to.</param>
/// <param name="Text">The job file's text.</param>
/// <param name="Settings">Settings over the file.</param>
/// <param name="Data">Data sets by name, as paths of this machine.</param>
internal sealed record CommandJob(JobSpecification Specification, string Text, IReadOnlyList<string> Settings, IReadOnlyDictionary<string, string> Data);
