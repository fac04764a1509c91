using Grpc.Core;
using Polly.CircuitBreaker;

namespace S2M.Coordinator.Dispatch;

/// <summary>
/// Checks workers before their first share, beside the shares of the others: a worker that joins and first pulls data holds nobody up. Lasts as long as the loop; used
/// by one run at a time.
/// </summary>
/// <param name="context">The job and its loop.</param>
/// <param name="workers">Who there is.</param>
/// <param name="clock">For leases.</param>
internal sealed class Vetting(DispatchContext context, JobWorkers workers, ShareClock clock) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _checks = [];

    /// <summary>What workers are checked with; absent until the network is known.</summary>
    internal Canary? Canary { get; set; }

    /// <summary>Begins to check every free worker that is not checked yet, and ends what is over.</summary>
    /// <exception cref="Exception">What a check ran into that is no worker's fault: the job was taken over, or the database is away for too long.</exception>
    internal async Task GoOnAsync()
    {
        foreach (Task over in _checks.Where(check => check.IsCompleted).ToArray())
        {
            _checks.Remove(over);
            await over;
        }

        while (Canary is { } canary && workers.TakeUnvetted() is { } lane)
        {
            _checks.Add(CheckAsync(canary, lane));
        }
    }

    /// <summary>Stops all checks.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (Task check in _checks)
        {
            await check.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _stop.Dispose();
    }

    private async Task CheckAsync(Canary canary, WorkerLane lane)
    {
        lane.Problem = "computes the job's first episode, by which its numbers are checked";
        try
        {
            if (await canary.RefuseAsync(lane, clock, _stop.Token) is { } reason)
            {
                workers.Refuse(lane);
                await context.WarnAsync($"worker {lane.Worker.Id} is refused: {reason}");
                return;
            }

            lane.Succeed();
        }
        catch (RpcException problem)
        {
            Fail(lane, problem.Status.Detail);
        }
        catch (BrokenCircuitException)
        {
            Fail(lane, "its connection is given a rest");
        }
        catch (ShareAnswerException problem)
        {
            Fail(lane, problem.Message);
        }
        finally
        {
            workers.Free(lane);
        }
    }

    private void Fail(WorkerLane lane, string reason)
    {
        lane.Fail(reason);
        context.Lost(Canary.Work, lane.Worker.Id, reason);
    }
}
