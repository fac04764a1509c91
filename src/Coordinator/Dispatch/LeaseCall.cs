using System.Diagnostics;
using Google.Rpc;
using Grpc.Core;
using Polly.CircuitBreaker;
using S2M.Coordinator.Diagnostics;
using S2M.Coordinator.Dispatch.Leasing;
using Wire = S2M.Protos.V1;

namespace S2M.Coordinator.Dispatch;

/// <summary>How a lease ended.</summary>
/// <param name="Answer">What came; null where nothing did.</param>
/// <param name="Reason">Why nothing came.</param>
/// <param name="IsFault">Whether the worker did something wrong.</param>
/// <param name="IsFatal">Whether no other worker would do better.</param>
internal sealed record LeaseEnd(ShareAnswer? Answer, string Reason, bool IsFault, bool IsFatal);

/// <summary>A share on its way to a worker and back.</summary>
/// <param name="context">The job and its loop.</param>
/// <param name="workers">Takes the lane back.</param>
/// <param name="clock">Learns how long it took.</param>
internal sealed class LeaseCall(DispatchContext context, JobWorkers workers, ShareClock clock)
{
    private const string StartedAgain = "WRONG_INCARNATION";

    /// <summary>Has a share computed by a worker.</summary>
    /// <param name="lane">The worker; free again afterwards.</param>
    /// <param name="work">The share.</param>
    /// <param name="index">Its place in its run.</param>
    /// <param name="why">Why it is sent.</param>
    /// <param name="faults">How often workers failed it: the lease grows with it.</param>
    /// <param name="cancellationToken">The answer is not wanted any more: the worker stops at its next episode.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    internal async Task<LeaseEnd> RunAsync(WorkerLane lane, ShareWork work, int index, LeaseReason why, int faults, CancellationToken cancellationToken)
    {
        using LaneTurns.Turn turn = lane.Turns.Enter(clock.Lease(work, lane.Incarnation) * (1 + faults));
        using Activity? activity = CoordinatorInstruments.Activities.StartActivity("dispatch share");
        activity?.SetTag("s2m.worker", lane.Worker.Id).SetTag("s2m.kind", work.Kind).SetTag("s2m.share", index).SetTag("s2m.items", work.Items)
            .SetTag("s2m.reason", why.ToString().ToLowerInvariant());
        try
        {
            Wire.ComputeShareRequest request = context.NewRequest(work.Step, index);
            work.Fill(request);
            ShareAnswer answer = await lane.ComputeAsync(request, turn.Lease, cancellationToken);
            work.Check(answer);
            lane.Succeed();
            TimeSpan spent = turn.Spent;
            clock.Add(work, lane.Incarnation, spent);
            CoordinatorInstruments.ShareDone(work.Kind, spent, answer.Done);
            return new LeaseEnd(answer, string.Empty, IsFault: false, IsFatal: false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            if (turn.IsFirst)
            {
                clock.AddAtLeast(work, lane.Incarnation, turn.Spent);
            }

            throw;
        }
        catch (RpcException problem)
        {
            return Failed(problem.Status.Detail, IsFault(problem), problem.StatusCode is StatusCode.InvalidArgument);
        }
        catch (BrokenCircuitException)
        {
            return Failed("its connection is given a rest", fault: false, fatal: false);
        }
        catch (ShareAnswerException problem)
        {
            return Failed(problem.Message, fault: true, fatal: false);
        }
        finally
        {
            workers.Free(lane);
        }

        LeaseEnd Failed(string reason, bool fault, bool fatal)
        {
            lane.Fail(reason);
            activity?.SetStatus(ActivityStatusCode.Error, reason);
            CoordinatorInstruments.ShareLost(work.Kind);
            return new LeaseEnd(null, reason, fault, fatal);
        }
    }

    /// <summary>
    /// Whether a worker did something wrong. One that is away, or was started again since it was lent, did not; nor did one whose connection broke, whatever status the
    /// client makes of that (of a ping without an answer: internal). A request that makes no sense to it makes none to any other; a job or data that it cannot use may be its
    /// own trouble: another one is asked, up to the limit of faults.
    /// </summary>
    internal static bool IsFault(RpcException problem)
        => problem.StatusCode is not (StatusCode.Unavailable or StatusCode.Cancelled)
            && problem.Status.DebugException is not (IOException or HttpRequestException)
            && problem.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason != StartedAgain;
}
