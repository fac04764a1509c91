using Wire = S2M.Protos.V1;

namespace S2M.Coordinator.Dispatch;

/// <summary>The job and the loop that shares belong to, and who is told of them.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Epoch">The loop's epoch.</param>
/// <param name="ParametersAt">Where workers pull parameters: this silo.</param>
/// <param name="SpecificationHash">The job's specification.</param>
/// <param name="SayAsync">Says what the job waits for; empty where it does not.</param>
/// <param name="WarnAsync">Writes a warning to the job's log.</param>
/// <param name="Lost">Is told of a share that was lost and is leased again: the work, the worker, the reason.</param>
/// <param name="Counted">Is told of each run that ended: one of its shares, and what they took.</param>
internal sealed record DispatchContext(
    string JobId,
    long Epoch,
    string ParametersAt,
    string SpecificationHash,
    Func<string, Task> SayAsync,
    Func<string, Task> WarnAsync,
    Action<ShareWork, string, string> Lost,
    Action<ShareWork, DispatchTally> Counted)
{
    /// <summary>A request without its work.</summary>
    internal Wire.ComputeShareRequest NewRequest(int step, int share)
        => new() { JobId = JobId, Epoch = Epoch, Step = step, Share = share, ParametersAt = ParametersAt, SpecificationHash = SpecificationHash };
}
