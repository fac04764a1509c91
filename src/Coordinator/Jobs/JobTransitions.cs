namespace S2M.Coordinator.Jobs;

/// <summary>Which state follows which: all of a job's life as one function, so that it can be read and walked through.</summary>
public static class JobTransitions
{
    /// <summary>Whether nothing happens any more unless a user asks for it.</summary>
    /// <param name="state">The job's state.</param>
    public static bool IsEnd(JobState state) => state is JobState.Succeeded or JobState.Failed or JobState.Cancelled or JobState.Stopped;

    /// <summary>Whether the coordinator has work to do for it.</summary>
    /// <param name="state">The job's state.</param>
    public static bool IsActive(JobState state) => state is JobState.Queued or JobState.Running;

    /// <summary>What a command makes of a job.</summary>
    /// <param name="state">The job's state.</param>
    /// <param name="command">What is asked.</param>
    /// <returns>The next state, which is the same one where the command asks for what is so already; null where it cannot be obeyed.</returns>
    public static JobState? Next(JobState state, JobCommand command) => (command, state) switch
    {
        (JobCommand.Pause, JobState.Queued or JobState.Running or JobState.Paused) => JobState.Paused,
        (JobCommand.Resume, JobState.Paused or JobState.Failed or JobState.Stopped) => JobState.Queued,
        (JobCommand.Resume, JobState.Queued or JobState.Running) => state,
        (JobCommand.Cancel, JobState.Queued or JobState.Running or JobState.Paused or JobState.Failed or JobState.Stopped or JobState.Cancelled) => JobState.Cancelled,
        _ => null,
    };

    /// <summary>Why a command cannot be obeyed, and what can be done.</summary>
    /// <param name="state">The job's state.</param>
    /// <param name="command">What is asked.</param>
    public static string Refusal(JobState state, JobCommand command)
    {
        string can = command switch
        {
            JobCommand.Pause => "queued or running",
            JobCommand.Resume => "paused, failed or stopped",
            _ => "not at a good end",
        };
        string remedy = state is JobState.Succeeded or JobState.Cancelled ? "submit it again, from its checkpoint with start_from" : "look at it with GetJob";
        return $"expected a job that is {can}, got one that is {state.ToString().ToLowerInvariant()}; {remedy}";
    }
}
