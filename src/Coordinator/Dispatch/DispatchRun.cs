using System.Runtime.InteropServices;
using System.Security.Cryptography;
using S2M.Coordinator.Dispatch.Leasing;

namespace S2M.Coordinator.Dispatch;

/// <summary>The shares of one run: does what <see cref="LeaseTransitions"/> says, and tells it what happened.</summary>
internal sealed class DispatchRun(
    DispatchContext context,
    JobWorkers workers,
    Vetting vetting,
    ShareClock clock,
    DispatchOptions options,
    TimeProvider time,
    IReadOnlyList<ShareWork> shares,
    Action<ShareWork>? onDone)
{
    // Nothing finished for five times as long as a share is expected to take, and for 5 s at least; a minute where nothing of its kind was finished yet.
    private const double Patience = 5;
    private const double ShortestExpectation = 1;
    private const double FirstExpectation = 60;

    private readonly LeasePolicy _policy = new(options.FaultsPerShare, options.BackupFactor, options.BackupFloor.TotalSeconds);
    private readonly LeaseCall _call = new(context, workers, clock);
    private readonly long _begun = time.GetTimestamp();
    private readonly Dictionary<int, Running> _running = [];
    private readonly List<Running> _unwanted = [];
    private readonly Dictionary<int, ShareAnswer> _arrived = [];
    private readonly Dictionary<string, WorkerLane> _lanes = new(StringComparer.Ordinal);
    private readonly HashSet<int> _copies = [];
    private readonly ShareAnswer?[] _answers = new ShareAnswer?[shares.Count];
    private readonly bool[] _told = new bool[shares.Count];
    private readonly DispatchTally _tally = new() { Shares = shares.Count };
    // When a share was last finished, or the first of those under way was sent.
    private double _moved;
    private LeasingState _state = LeaseTransitions.Begin(shares.Select(share => (share.Items, share.IsAudited)));

    /// <summary>Runs until every share has its answer.</summary>
    internal async Task<ShareAnswer[]> RunAsync(CancellationToken cancellationToken)
    {
        var transitions = new LeaseTransitions(_policy);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            while (true)
            {
                Task changed = workers.Changed;
                await vetting.GoOnAsync();
                var looked = new LeasingEvent.Looked(Now, workers.View(vetting.Canary is not null, incarnation => clock.SecondsPerItem(shares[0].Kind, incarnation)));
                await ApplyAsync(transitions, looked, stop.Token);
                if (_state.IsDone)
                {
                    break;
                }

                await WaitAsync(changed, looked, cancellationToken);
                foreach ((int lease, Running running) in _running.Where(pair => pair.Value.Ended.IsCompleted).OrderBy(pair => pair.Key).ToArray())
                {
                    // One of them may have made the others unwanted: what they answered is late then.
                    if (!_running.Remove(lease))
                    {
                        continue;
                    }

                    _moved = Now;
                    await ApplyAsync(transitions, await EventAsync(lease, running), stop.Token);
                }
            }

            foreach (Running left in _unwanted)
            {
                await left.OverAsync();
                _tally.LateAnswers += left.Ended is { IsCompletedSuccessfully: true, Result.Answer: not null } ? 1 : 0;
            }

            _tally.Items = shares.Where((_, index) => _answers[index] is not null).Sum(share => share.Items);
            context.Counted(shares[0], _tally);
            return [.. _answers.Select((answer, index) => answer ?? throw new InvalidOperationException($"share {index}: expected the answer that counts, got none"))];
        }
        finally
        {
            await stop.CancelAsync();
            foreach (Running left in _running.Values.Concat(_unwanted))
            {
                await left.OverAsync();
                left.Stop.Dispose();
            }
        }
    }

    private double Now => time.GetElapsedTime(_begun).TotalSeconds;

    private async Task<LeasingEvent> EventAsync(int lease, Running running)
    {
        LeaseEnd end = await running.Ended;
        running.Stop.Dispose();
        if (end.Answer is null)
        {
            return new LeasingEvent.Failed(lease, end.IsFault, end.IsFatal, end.Reason);
        }

        _arrived[lease] = end.Answer;
        return new LeasingEvent.Answered(lease, shares[running.Share].IsAudited ? DigestOf(end.Answer) : string.Empty);
    }

    private async Task ApplyAsync(LeaseTransitions transitions, LeasingEvent happened, CancellationToken cancellationToken)
    {
        (_state, IReadOnlyList<LeasingEffect> effects) = transitions.Next(_state, happened);
        foreach (LeasingEffect effect in effects)
        {
            switch (effect)
            {
                case LeasingEffect.Send send:
                    Send(send, cancellationToken);
                    break;
                case LeasingEffect.Cancel cancel when _running.Remove(cancel.Lease, out Running? unwanted):
                    _unwanted.Add(unwanted);
                    await unwanted.Stop.CancelAsync();
                    break;
                case LeasingEffect.Accept accept:
                    Accept(accept);
                    break;
                case LeasingEffect.Withdraw withdraw:
                    _answers[withdraw.Share] = null;
                    break;
                case LeasingEffect.Drop drop:
                    _arrived.Remove(drop.Lease);
                    _tally.LateAnswers++;
                    break;
                case LeasingEffect.SkipAudit:
                    _tally.SkippedAudits++;
                    break;
                case LeasingEffect.Lose lose:
                    _tally.Losses++;
                    context.Lost(shares[lose.Share], NameOf(lose.Worker), lose.Reason);
                    break;
                case LeasingEffect.Distrust distrust:
                    await DistrustAsync(distrust);
                    break;
                case LeasingEffect.Fail fail:
                    throw new CoordinatorException($"{shares[fail.Share].Kind}: worker {NameOf(fail.Worker)}: {fail.Reason}");
            }
        }
    }

    private void Send(LeasingEffect.Send send, CancellationToken cancellationToken)
    {
        _tally.Leases++;
        _tally.Backups += send.Why == LeaseReason.Backup ? 1 : 0;
        _tally.Audits += send.Why == LeaseReason.Audit ? 1 : 0;
        if (send.Why == LeaseReason.Backup)
        {
            _copies.Add(send.Lease);
        }

        _moved = _running.Count == 0 ? Now : _moved;
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (workers.Take(send.Worker) is { } lane)
        {
            _lanes[send.Worker] = lane;
            _running[send.Lease] = new Running(
                send.Share, stop, _call.RunAsync(lane, shares[send.Share], send.Share, send.Why, _state.Shares[send.Share].Faults, stop.Token));
        }
        else
        {
            _running[send.Lease] = new Running(send.Share, stop, Task.FromResult(new LeaseEnd(null, "it left before the share was sent", IsFault: false, IsFatal: false)));
        }
    }

    private void Accept(LeasingEffect.Accept accept)
    {
        _answers[accept.Share] = _arrived[accept.Lease];
        _tally.BackupsWon += _copies.Contains(accept.Lease) ? 1 : 0;
        if (!_told[accept.Share])
        {
            _told[accept.Share] = true;
            onDone?.Invoke(shares[accept.Share]);
        }
    }

    private async Task DistrustAsync(LeasingEffect.Distrust distrust)
    {
        _tally.Outvoted++;
        workers.Refuse(_lanes[distrust.Worker]);
        await context.WarnAsync(
            $"worker {NameOf(distrust.Worker)} is refused: audit of share {distrust.Share} of step {shares[distrust.Share].Step + 1}: expected SHA-256 {distrust.Expected}, "
            + $"as two other workers have it, got {distrust.Got}; what it answered in this step is computed again; run s2m selftest there");
    }

    private async Task WaitAsync(Task changed, LeasingEvent.Looked looked, CancellationToken cancellationToken)
    {
        // Workers are looked at every poll, which wakes this as well: how long nothing was finished is measured over many of them.
        bool isRunning = _running.Count > 0;
        double patience = Patience * shares.Max(share => Math.Max(ShortestExpectation, clock.Expected(share)?.TotalSeconds ?? FirstExpectation));
        double untilLate = Math.Max(0, _policy.NextLook(_state, looked) - Now);
        double pause = Math.Min(untilLate, isRunning ? patience : options.Poll.TotalSeconds);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny([.. _running.Values.Select(running => running.Ended), changed, Task.Delay(TimeSpan.FromSeconds(pause), time, over.Token)]);
        await over.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        string slow = Now - _moved >= patience ? $"a share: none was finished for {patience:0} s; a worker is slow or hangs" : string.Empty;
        await context.SayAsync(isRunning ? slow : Waits());
    }

    private string Waits()
    {
        ShareState? disputed = _state.Shares.FirstOrDefault(share => share.IsDisputed);
        return disputed is null
            ? workers.WaitsFor
            : $"another worker: {string.Join(" and ", disputed.Opinions.Select(opinion => NameOf(opinion.Worker)))} gave different numbers for one share, and a third must decide; "
                + "cordon the one that you do not trust";
    }

    private string NameOf(string incarnation) => _lanes.TryGetValue(incarnation, out WorkerLane? lane) ? lane.Worker.Id : incarnation;

    private static string DigestOf(ShareAnswer answer)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < answer.Count; i++)
        {
            (int _, int _, Numerics.Averaging.EpisodeSum sum) = answer.Node(i);
            hash.AppendData(BitConverter.GetBytes(sum.Present));
            hash.AppendData(MemoryMarshal.AsBytes<float>(sum.Values));
            hash.AppendData(MemoryMarshal.AsBytes<double>(sum.Metrics));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>A lease whose call is under way.</summary>
    private sealed record Running(int Share, CancellationTokenSource Stop, Task<LeaseEnd> Ended)
    {
        /// <summary>Completes when the call is over, however it ended.</summary>
        internal async Task OverAsync() => await ((Task)Ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
