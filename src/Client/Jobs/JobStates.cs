using S2M.Protos.V1;

namespace S2M.Client.Jobs;

/// <summary>What is known of job states.</summary>
public static class JobStates
{
    /// <summary>Whether a job in this state is at an end: Succeeded, Failed, Cancelled or Stopped. Failed and stopped jobs can be resumed.</summary>
    public static bool IsTerminal(this JobState state) => state is JobState.Succeeded or JobState.Failed or JobState.Cancelled or JobState.Stopped;
}
