using System.Diagnostics;
using Google.Rpc;
using Grpc.Core;
using Polly.CircuitBreaker;
using S2M.Coordinator.Diagnostics;
using Wire = S2M.Protos.V1;

namespace S2M.Coordinator.Dispatch;

/// <summary>
/// Leases shares to the job's workers and puts them out again until every one is answered. It alone decides who computes what; a share that was lost with its
/// worker is leased again at once, and an answer counts once, since each share has at most one lease. One call at a time.
/// </summary>
/// <param name="context">The job and its loop.</param>
/// <param name="workers">Who there is.</param>
/// <param name="options">Leases and limits.</param>
/// <param name="time">The clock.</param>
internal sealed class Dispatcher(DispatchContext context, JobWorkers workers, DispatchOptions options, TimeProvider time)
{
    private const string StartedAgain = "WRONG_INCARNATION";

    private readonly ShareClock _clock = new(options);

    /// <summary>Checks a worker before its first share; absent until the network is known.</summary>
    internal Canary? Canary { get; set; }

    /// <summary>Has all shares computed.</summary>
    /// <param name="shares">The shares.</param>
    /// <param name="onDone">Is told of each share that was answered.</param>
    /// <param name="cancellationToken">Cancels what is on its way and waits for it.</param>
    /// <returns>The answers, in the order of the shares.</returns>
    /// <exception cref="CoordinatorException">A share cannot be computed: it is refused, or fails on one worker after the other.</exception>
    internal async Task<ShareAnswer[]> RunAsync(IReadOnlyList<ShareWork> shares, Action<ShareWork>? onDone, CancellationToken cancellationToken)
    {
        var answers = new ShareAnswer[shares.Count];
        HashSet<string>[] failed = [.. shares.Select(_ => new HashSet<string>(StringComparer.Ordinal))];
        int[] faults = new int[shares.Count];
        var pending = new Queue<int>(Enumerable.Range(0, shares.Count));
        var running = new List<Task<Attempt>>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            while (pending.Count + running.Count > 0)
            {
                Task changed = workers.Changed;
                for (int waiting = pending.Count; waiting > 0; waiting--)
                {
                    int index = pending.Dequeue();
                    if (workers.Take(failed[index]) is { } lane)
                    {
                        running.Add(AttemptAsync(lane, shares[index], index, faults[index], stop.Token));
                    }
                    else
                    {
                        pending.Enqueue(index);
                    }
                }

                await WaitAsync(running, pending.Count > 0 || running.Count == 0 ? changed : null, shares, cancellationToken);
                foreach (Task<Attempt> finished in running.Where(task => task.IsCompleted).ToArray())
                {
                    running.Remove(finished);
                    Attempt attempt = await finished;
                    if (attempt.Answer is { } answer)
                    {
                        answers[attempt.Share] = answer;
                        onDone?.Invoke(shares[attempt.Share]);
                    }
                    else
                    {
                        failed[attempt.Share].Add(attempt.Lane.Worker.Incarnation);
                        Charge(attempt, faults, shares[attempt.Share]);
                        pending.Enqueue(attempt.Share);
                    }
                }
            }

            return answers;
        }
        finally
        {
            await stop.CancelAsync();
            foreach (Task left in running)
            {
                await left.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task WaitAsync(List<Task<Attempt>> running, Task? changed, IReadOnlyList<ShareWork> shares, CancellationToken cancellationToken)
    {
        List<Task> events = [.. running];
        if (changed is not null)
        {
            events.Add(changed);
        }

        // Nothing finished for long: say so, and go on waiting.
        TimeSpan patience = running.Count == 0 ? options.Poll : TimeSpan.FromSeconds(5 * Math.Max(1, shares.Max(share => _clock.Expected(share)?.TotalSeconds ?? 60)));
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task late = Task.Delay(patience, time, over.Token);
        bool isLate = await Task.WhenAny([.. events, late]) == late;
        await over.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        string slow = isLate ? $"a share: none was finished for {patience.TotalSeconds:0} s; a worker is slow or hangs" : string.Empty;
        await context.SayAsync(running.Count == 0 ? workers.WaitsFor : slow);
    }

    private async Task<Attempt> AttemptAsync(WorkerLane lane, ShareWork work, int index, int faults, CancellationToken cancellationToken)
    {
        long begun = time.GetTimestamp();
        bool isVetting = !lane.IsVetted && Canary is not null;
        using Activity? activity = CoordinatorInstruments.Activities.StartActivity("dispatch share");
        activity?.SetTag("s2m.worker", lane.Worker.Id).SetTag("s2m.kind", work.Kind).SetTag("s2m.share", index).SetTag("s2m.items", work.Items);
        try
        {
            if (!lane.IsVetted && Canary is { } canary)
            {
                if (await canary.RefuseAsync(lane, _clock, cancellationToken) is { } reason)
                {
                    workers.Refuse(lane);
                    await context.WarnAsync($"worker {lane.Worker.Id} is refused: {reason}");
                    return new Attempt(index, null, lane, reason, Fault: false, Fatal: false);
                }

                begun = time.GetTimestamp();
                isVetting = false;
            }

            Wire.ComputeShareRequest request = context.NewRequest(work.Step, index);
            work.Fill(request);
            ShareAnswer answer = await lane.ComputeAsync(request, _clock.Lease(work) * (1 + faults), cancellationToken);
            work.Check(answer);
            TimeSpan spent = time.GetElapsedTime(begun);
            (lane.Failures, lane.Problem) = (0, string.Empty);
            _clock.Add(work, spent);
            CoordinatorInstruments.ShareDone(work.Kind, spent, answer.Done);
            return new Attempt(index, answer, lane, string.Empty, Fault: false, Fatal: false);
        }
        catch (RpcException problem)
        {
            return Failed(problem.Status.Detail, IsFatal(problem.StatusCode), IsFault(problem));
        }
        catch (BrokenCircuitException)
        {
            return Failed("its connection is given a rest", fatal: false, fault: false);
        }
        catch (ShareAnswerException problem)
        {
            return Failed(problem.Message, fatal: false, fault: true);
        }
        finally
        {
            workers.Free(lane);
        }

        Attempt Failed(string reason, bool fatal, bool fault)
        {
            lane.Failures++;
            lane.Problem = reason;
            activity?.SetStatus(ActivityStatusCode.Error, reason);
            CoordinatorInstruments.ShareLost(work.Kind);

            // What goes wrong before the share was sent is not the share's fault.
            return new Attempt(index, null, lane, reason, fault && !isVetting, fatal && !isVetting);
        }
    }

    // What no other worker would do better. A job or data that a worker cannot use may be that worker's own trouble: another one is asked, up to the limit of faults.
    private static bool IsFatal(StatusCode code) => code is StatusCode.InvalidArgument;

    // A worker that is away, or was started again since it was lent, did nothing wrong with the share.
    private static bool IsFault(RpcException problem)
        => problem.StatusCode is not (StatusCode.Unavailable or StatusCode.Cancelled) && problem.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason != StartedAgain;

    private void Charge(Attempt attempt, int[] faults, ShareWork work)
    {
        if (attempt.Fault)
        {
            faults[attempt.Share]++;
        }

        if (attempt.Fatal || faults[attempt.Share] >= options.FaultsPerShare)
        {
            throw new CoordinatorException($"{work.Kind}: worker {attempt.Lane.Worker.Id}: {attempt.Reason}");
        }

        context.Lost(work, attempt.Lane.Worker.Id, attempt.Reason);
    }

    private sealed record Attempt(int Share, ShareAnswer? Answer, WorkerLane Lane, string Reason, bool Fault, bool Fatal);
}
