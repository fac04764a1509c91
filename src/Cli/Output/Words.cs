using S2M.Protos.V1;

namespace S2M.Cli.Output;

/// <summary>Enumerations of the contract as words, the same in tables, JSON and options.</summary>
internal static class Words
{
    /// <summary>Every state that a job can be in.</summary>
    internal static IReadOnlyDictionary<string, JobState> States { get; } =
        Enum.GetValues<JobState>().Where(state => state != JobState.Unspecified).ToDictionary(Of, StringComparer.Ordinal);

    internal static string Of(JobState state) => state.ToString().ToLowerInvariant();

    internal static string Of(JobMode mode) => mode == JobMode.Evaluate ? "evaluate" : "train";

    internal static string Of(CheckpointUse use) => use switch
    {
        CheckpointUse.FirstVersion => "version 0",
        CheckpointUse.Newest => "newest",
        CheckpointUse.Best => "best on validation",
        CheckpointUse.Periodic => "periodic",
        _ => "another reason",
    };

    internal static string Of(WorkerState state) => state.ToString().ToLowerInvariant();

    internal static string Of(LogLevel level) => level.ToString().ToLowerInvariant();

    internal static string Of(ScheduleOutcome outcome) => outcome.ToString().ToLowerInvariant();
}
