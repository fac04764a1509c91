using System.Collections.Immutable;

namespace S2M.Coordinator.Dispatch.Leasing;

/// <summary>
/// Who computes what, as a function of state and event: an answer counts once for each share, a share that was lost is leased again, an idle worker gets a copy of a
/// share that is late, and a share under audit needs two workers that agree. It knows neither sockets nor clocks; <see cref="Dispatcher"/> does what it says.
/// </summary>
/// <param name="policy">Limits.</param>
internal sealed class LeaseTransitions(LeasePolicy policy)
{
    /// <summary>A run before anything happened.</summary>
    /// <param name="shares">Items of each share, and whether it is audited.</param>
    internal static LeasingState Begin(IEnumerable<(int Items, bool IsAudited)> shares) => new([.. shares.Select(share => new ShareState(share.Items, share.IsAudited))]);

    /// <summary>Takes an event in.</summary>
    /// <returns>The state after it, and what is to be done, in this order.</returns>
    internal (LeasingState State, IReadOnlyList<LeasingEffect> Effects) Next(LeasingState state, LeasingEvent happened)
    {
        var effects = new List<LeasingEffect>();
        LeasingState next = happened switch
        {
            LeasingEvent.Looked looked => new LeaseAssignment(policy, state, looked, effects).Run(),
            LeasingEvent.Answered answered => Answer(state, answered, effects),
            LeasingEvent.Failed failed => Fail(state, failed, effects),
            _ => state,
        };
        return (next, effects);
    }

    /// <summary>Lets an answer count: other copies of the share are not wanted any more.</summary>
    internal static LeasingState Accept(LeasingState state, int index, int winner, List<LeasingEffect> effects)
    {
        ShareState share = state.Shares[index];
        effects.Add(new LeasingEffect.Accept(index, winner));
        effects.AddRange(share.Leases.Select(lease => new LeasingEffect.Cancel(lease.Id)));
        return Put(state, index, share with { Leases = [], Winner = winner });
    }

    /// <summary>A state with another share in one place.</summary>
    internal static LeasingState Put(LeasingState state, int index, ShareState share) => state with { Shares = state.Shares.SetItem(index, share) };

    private static LeasingState Answer(LeasingState state, LeasingEvent.Answered answered, List<LeasingEffect> effects)
    {
        int index = state.ShareOf(answered.Lease);
        if (index < 0)
        {
            effects.Add(new LeasingEffect.Drop(answered.Lease));
            return state;
        }

        ShareState share = state.Shares[index];
        Lease lease = share.Leases.Single(one => one.Id == answered.Lease);
        var opinion = new Opinion(lease.Id, lease.Worker, answered.Digest);
        Opinion? agreeing = share.Opinions.FirstOrDefault(other => other.Digest == opinion.Digest);
        LeasingState next = Put(state, index, share with { Leases = share.Leases.Remove(lease), Opinions = share.Opinions.Add(opinion) });
        next = lease.Waits ? TakenFirst(next, lease.Worker) : next;
        if (share.IsAudited && agreeing is null)
        {
            return next;
        }

        next = Accept(next, index, (agreeing ?? opinion).Lease, effects);
        foreach (Opinion odd in share.Opinions.Where(other => other.Digest != opinion.Digest))
        {
            effects.Add(new LeasingEffect.Distrust(odd.Worker, index, opinion.Digest, odd.Digest));
            next = Expel(next, odd.Worker, effects);
        }

        return next;
    }

    /// <summary>A worker took the share that was to wait first: the other one has waited in its place, and begins at the next look.</summary>
    private static LeasingState TakenFirst(LeasingState state, string worker)
    {
        LeasingState next = state;
        for (int i = 0; i < next.Shares.Length; i++)
        {
            ShareState share = next.Shares[i];
            if (share.Leases.Any(lease => lease.Worker == worker))
            {
                next = Put(next, i, share with { Leases = [.. share.Leases.Select(lease => lease.Worker == worker ? lease with { Waits = true } : lease)] });
            }
        }

        return next;
    }

    /// <summary>Takes everything from a worker that was outvoted: what it computes, and what it answered.</summary>
    private static LeasingState Expel(LeasingState state, string worker, List<LeasingEffect> effects)
    {
        LeasingState next = state with { Distrusted = state.Distrusted.Add(worker) };
        for (int i = 0; i < next.Shares.Length; i++)
        {
            ShareState share = next.Shares[i];
            if (!share.Knows(worker))
            {
                continue;
            }

            effects.AddRange(share.Leases.Where(lease => lease.Worker == worker).Select(lease => new LeasingEffect.Cancel(lease.Id)));
            bool wasItsOwn = share.Opinions.Any(opinion => opinion.Worker == worker && opinion.Lease == share.Winner);
            if (wasItsOwn)
            {
                effects.Add(new LeasingEffect.Withdraw(i));
            }

            next = Put(next, i, share with
            {
                Leases = share.Leases.RemoveAll(lease => lease.Worker == worker),
                Opinions = share.Opinions.RemoveAll(opinion => opinion.Worker == worker),
                Winner = wasItsOwn ? null : share.Winner,
            });
        }

        return next;
    }

    private LeasingState Fail(LeasingState state, LeasingEvent.Failed failed, List<LeasingEffect> effects)
    {
        int index = state.ShareOf(failed.Lease);
        if (index < 0)
        {
            // Of a lease that was cancelled.
            return state;
        }

        ShareState share = state.Shares[index];
        Lease lease = share.Leases.Single(one => one.Id == failed.Lease);
        ImmutableArray<string> failedBy = share.WasFailedBy(lease.Worker) ? share.FailedBy : share.FailedBy.Add(lease.Worker);
        int faults = share.Faults + (failed.IsFault ? 1 : 0);
        effects.Add(failed.IsFatal || faults >= policy.FaultsPerShare
            ? new LeasingEffect.Fail(index, lease.Worker, failed.Reason)
            : new LeasingEffect.Lose(index, lease.Worker, failed.Reason));
        return Put(state, index, share with { Leases = share.Leases.Remove(lease), FailedBy = failedBy, Faults = faults });
    }
}
