namespace S2M.Coordinator.Jobs;

/// <summary>Which jobs are listed, newest first.</summary>
/// <param name="Namespace">The namespace; null for all.</param>
/// <param name="States">Only these; all where it is empty.</param>
/// <param name="Labels">Only those with all of these.</param>
/// <param name="Limit">The most to give.</param>
/// <param name="Before">Only those behind this job in the list: those submitted before it, by time and then by identifier; null for the first page.</param>
public sealed record JobFilter(
    string? Namespace, IReadOnlyCollection<JobState> States, IReadOnlyDictionary<string, string> Labels, int Limit, string? Before = null);
