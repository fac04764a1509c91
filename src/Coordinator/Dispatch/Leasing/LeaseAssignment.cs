using System.Collections.Immutable;

namespace S2M.Coordinator.Dispatch.Leasing;

/// <summary>
/// One look: who gets what. Shares that nobody computes come first, then opinions of audits, then, where nothing is queued, copies of shares that are late; what is queued
/// goes ahead to those who will be free first.
/// </summary>
/// <param name="policy">Limits.</param>
/// <param name="before">The state that is looked at.</param>
/// <param name="looked">Time and workers.</param>
/// <param name="effects">Takes what is to be done.</param>
internal sealed class LeaseAssignment(LeasePolicy policy, LeasingState before, LeasingEvent.Looked looked, List<LeasingEffect> effects)
{
    private readonly List<LeasedWorker> _trusted =
        [.. looked.Workers.Where(worker => worker.TakesShares && !before.IsDistrusted(worker.Incarnation))];
    private LeasingState _state = before;
    private List<LeasedWorker> _idle = [];

    /// <summary>Gives all leases that can be given.</summary>
    internal LeasingState Run()
    {
        BeginWhatWaited();
        SettleAudits();

        // The quickest first; who failed last. Ties by name, so that a look is a function of what it sees.
        var busy = _state.Shares.SelectMany(static share => share.Leases.Select(static lease => lease.Worker)).ToHashSet(StringComparer.Ordinal);
        _idle = [.. _trusted
            .Where(worker => worker.IsFree && !busy.Contains(worker.Incarnation))
            .OrderBy(worker => worker.Failures)
            .ThenBy(worker => double.IsNaN(worker.SecondsPerItem) ? 0 : worker.SecondsPerItem)
            .ThenBy(worker => worker.Incarnation, StringComparer.Ordinal)];
        bool isQueued = false;
        for (int i = 0; i < _state.Shares.Length && _idle.Count > 0; i++)
        {
            if (_state.Shares[i].IsQueued)
            {
                isQueued |= !TryGive(i, LeaseReason.Work);
            }
        }

        for (int i = 0; i < _state.Shares.Length && _idle.Count > 0; i++)
        {
            if (WantsOpinion(_state.Shares[i]))
            {
                isQueued |= !TryGive(i, LeaseReason.Audit);
            }
        }

        while (!isQueued && _idle.Count > 0 && TryCopy())
        {
            // One more copy was given.
        }

        GiveAhead();
        return _state;
    }

    // A share with one lease can take a second opinion at once; one in dispute takes one at a time.
    private static bool WantsOpinion(ShareState share)
        => share.IsOpen && share.IsAudited && share.Opinions.Length + share.Leases.Length > 0
            && (share.Opinions.Length + share.Leases.Length < 2 || (share.IsDisputed && share.Leases.Length == 0));

    /// <summary>A lease that waited begins when the one before it is over.</summary>
    private void BeginWhatWaited()
    {
        var computing = _state.Shares.SelectMany(static share => share.Leases)
            .Where(static lease => !lease.Waits).Select(static lease => lease.Worker).ToHashSet(StringComparer.Ordinal);
        for (int i = 0; i < _state.Shares.Length; i++)
        {
            ShareState share = _state.Shares[i];
            if (share.Leases.Any(lease => lease.Waits && !computing.Contains(lease.Worker)))
            {
                ImmutableArray<Lease> leases =
                    [.. share.Leases.Select(lease => lease.Waits && !computing.Contains(lease.Worker) ? lease with { Begun = looked.Now, Waits = false } : lease)];
                _state = LeaseTransitions.Put(_state, i, share with { Leases = leases });
            }
        }
    }

    /// <summary>
    /// Gives each queued share to the worker that is expected to be free first, as it would get it then, as long as that one has nothing waiting. Who failed last, who still
    /// has a call that was cancelled and who is not known waits until it is free.
    /// </summary>
    private void GiveAhead()
    {
        int next = Enumerable.Range(0, _state.Shares.Length).FirstOrDefault(i => _state.Shares[i].IsQueued, _state.Shares.Length);
        if (next == _state.Shares.Length)
        {
            return;
        }

        ILookup<string, (Lease Lease, int Items)> leases = _state.Shares
            .SelectMany(static share => share.Leases.Select(lease => (Lease: lease, share.Items))).ToLookup(static one => one.Lease.Worker, StringComparer.Ordinal);
        var free = new PriorityQueue<LeasedWorker, (double At, string Name)>();
        foreach (LeasedWorker worker in _trusted.Where(worker => worker is { Failures: 0, OnItsWay: > 0 } && worker.OnItsWay == leases[worker.Incarnation].Count()))
        {
            free.Enqueue(worker, (FreeAt(worker, leases[worker.Incarnation]), worker.Incarnation));
        }

        for (; next < _state.Shares.Length && free.TryDequeue(out LeasedWorker? worker, out (double At, string Name) first) && first.At < double.PositiveInfinity; next++)
        {
            ShareState share = _state.Shares[next];
            if (!share.IsQueued)
            {
                free.Enqueue(worker, first);
                continue;
            }

            if (worker.OnItsWay == LeasePolicy.SharesOfWorker || share.WasFailedBy(worker.Incarnation))
            {
                return;
            }

            Give(next, worker, LeaseReason.Ahead, first.At);
            free.Enqueue(worker with { OnItsWay = worker.OnItsWay + 1 }, (first.At + (share.Items * worker.SecondsPerItem), worker.Incarnation));
        }
    }

    private double FreeAt(LeasedWorker worker, IEnumerable<(Lease Lease, int Items)> leases)
        => leases.OrderBy(static one => one.Lease.Waits).Aggregate(looked.Now, (at, one) => one.Lease.Waits
            ? at + (one.Items * worker.SecondsPerItem)
            : policy.EndOf(one.Lease, one.Items * worker.SecondsPerItem, looked.Now));

    /// <summary>Where nobody is left who could be asked: one answer counts alone, and an answer of a worker that has gone does not block those that stayed.</summary>
    private void SettleAudits()
    {
        for (int i = 0; i < _state.Shares.Length; i++)
        {
            ShareState share = _state.Shares[i];
            if (!share.IsOpen || share.Opinions.Length == 0 || share.Leases.Length > 0 || _trusted.Exists(worker => !share.Knows(worker.Incarnation)))
            {
                continue;
            }

            if (share.IsDisputed)
            {
                ImmutableArray<Opinion> stayed = share.Opinions.RemoveAll(opinion => !looked.Workers.Any(worker => worker.Incarnation == opinion.Worker));
                share = share with { Opinions = stayed };
                _state = LeaseTransitions.Put(_state, i, share);
            }

            if (share.Opinions.Length == 1)
            {
                effects.Add(new LeasingEffect.SkipAudit(i));
                _state = LeaseTransitions.Accept(_state, i, share.Opinions[0].Lease, effects);
            }
        }
    }

    // Who failed the share gets it again only where there is no other worker, free or busy.
    private bool TryGive(int index, LeaseReason why)
    {
        ShareState share = _state.Shares[index];
        bool CanBeAsked(LeasedWorker worker) => !share.Knows(worker.Incarnation);
        bool canAvoid = _trusted.Exists(worker => CanBeAsked(worker) && !share.WasFailedBy(worker.Incarnation));
        LeasedWorker? chosen = _idle.Find(worker => CanBeAsked(worker) && !(canAvoid && share.WasFailedBy(worker.Incarnation)));
        if (chosen is null)
        {
            return false;
        }

        Give(index, chosen, why);
        return true;
    }

    private bool TryCopy()
    {
        // Most looks find none that is worth it even for the quickest: of a thousand idle workers nobody else is asked then.
        double quickest = _idle.Select(static worker => worker.SecondsPerItem).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Min();
        int[] worth = [.. Enumerable.Range(0, _state.Shares.Length).Where(i => _state.Shares[i].Leases.Length is > 0 and < LeasePolicy.Copies && IsWorthACopy(i, quickest))];
        if (worth.Length == 0)
        {
            return false;
        }

        foreach (LeasedWorker worker in _idle)
        {
            int latest = worth
                .Where(i => !_state.Shares[i].Knows(worker.Incarnation) && !_state.Shares[i].WasFailedBy(worker.Incarnation) && IsWorthACopy(i, worker.SecondsPerItem))
                .Select(i => (int?)i)
                .MaxBy(i => policy.EndOf(_state.Shares[i!.Value].Leases[0], looked.ExpectedOf(_state.Shares[i.Value]), looked.Now)) ?? -1;
            if (latest >= 0)
            {
                Give(latest, worker, LeaseReason.Backup);
                return true;
            }
        }

        return false;
    }

    private bool IsWorthACopy(int index, double secondsPerItem)
        => policy.IsWorthACopy(_state.Shares[index].Leases[0], looked.ExpectedOf(_state.Shares[index]), secondsPerItem * _state.Shares[index].Items, looked.Now);

    private void Give(int index, LeasedWorker worker, LeaseReason why, double? begins = null)
    {
        ShareState share = _state.Shares[index];
        var lease = new Lease(_state.NextLease, worker.Incarnation, begins ?? looked.Now) { Waits = begins is not null };
        _state = LeaseTransitions.Put(_state with { NextLease = lease.Id + 1 }, index, share with { Leases = share.Leases.Add(lease) });
        _idle.Remove(worker);
        _trusted[_trusted.FindIndex(one => one.Incarnation == worker.Incarnation)] = worker with { OnItsWay = worker.OnItsWay + 1 };
        effects.Add(new LeasingEffect.Send(index, lease.Id, worker.Incarnation, why));
    }
}
