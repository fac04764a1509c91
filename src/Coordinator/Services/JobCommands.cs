using S2M.Coordinator.Jobs;
using S2M.Coordinator.Storage;
using S2M.Coordinator.Supervision;

namespace S2M.Coordinator.Services;

/// <summary>What users ask of jobs that are there.</summary>
/// <param name="grains">The jobs' owners.</param>
/// <param name="requests">So that the same request is obeyed once.</param>
/// <param name="wake">Looks at once after a resume.</param>
/// <param name="time">The clock.</param>
internal sealed class JobCommands(IGrainFactory grains, IRequestLog requests, WakeCall wake, TimeProvider time)
{
    /// <summary>Obeys a command; a request that was obeyed before is not obeyed again.</summary>
    /// <exception cref="Grpc.Core.RpcException">A field is malformed, or the job's state does not allow it.</exception>
    internal async Task ObeyAsync(JobCommand command, string jobId, string requestId, string actor, string reason, CancellationToken cancellationToken)
    {
        Violations bad = new Violations().RequireCaller(requestId, actor).RequireText("reason", reason);
        bad.ThrowIfAny();
        if (await requests.FindAsync(requestId, cancellationToken) is { } known)
        {
            bad.Require(known == (command.ToString(), jobId), "request_id", $"expected one that is new, got that of {known.Method} {known.Subject}; make another one");
            bad.ThrowIfAny();
            return;
        }

        string why = reason.Length > 0 ? reason : $"asked to {command.ToString().ToLowerInvariant()}";
        if (await grains.GetGrain<IJobGrain>(jobId).CommandAsync(command, Callers.Actor(actor), why) is { } refusal)
        {
            throw Violations.FailedPrecondition($"job {jobId}: {refusal}");
        }

        await requests.AddAsync(requestId, command.ToString(), jobId, time.GetUtcNow(), cancellationToken);
        wake.Ring();
    }
}
