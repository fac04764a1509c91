using System.Collections.Immutable;
using S2M.Coordinator.Dispatch.Leasing;

namespace S2M.Coordinator.Tests.Dispatch;

/// <summary>A call that is on its way.</summary>
internal sealed record Call(int Lease, int Share, string Worker, bool IsWanted);

/// <summary>Leases together with workers that answer, lie, fail, leave and join, and calls that are on their way, cancelled ones among them.</summary>
internal sealed record LeasingWorld(LeaseTransitions Transitions, LeasingState State, ImmutableSortedSet<string> Workers)
{
    private const string True = "true";

    internal ImmutableList<Call> Calls { get; init; } = [];

    /// <summary>For each share what was accepted and not withdrawn: lease, worker and digest.</summary>
    internal ImmutableSortedDictionary<int, (int Lease, string Worker, string Digest)> Accepted { get; init; } = ImmutableSortedDictionary<int, (int, string, string)>.Empty;

    internal ImmutableSortedDictionary<int, (string Worker, string Digest)> Arrived { get; init; } = ImmutableSortedDictionary<int, (string, string)>.Empty;

    internal ImmutableSortedSet<int> Unaudited { get; init; } = [];

    /// <summary>Workers that may give wrong numbers.</summary>
    internal ImmutableSortedSet<string> Liars { get; init; } = [];

    internal ImmutableSortedSet<string> MayJoin { get; init; } = [];

    internal int Failures { get; init; }

    internal int Leaves { get; init; }

    internal int Ticks { get; init; }

    internal double Now { get; init; }

    /// <summary>Whether leases were given since something happened.</summary>
    internal bool WasLooked { get; init; }

    /// <summary>What the transition function said that it must not say.</summary>
    internal string? Broken { get; init; }

    internal string Key => string.Join(
        '|',
        string.Join(';', State.Shares.Select((share, i) =>
            $"{i}:{string.Join(',', share.Leases.Select(lease => $"{lease.Worker}@{lease.Begun}{lease.Waits}"))}"
                + $"/{string.Join(',', share.Opinions.Select(one => one.Worker + one.Digest))}"
                + $"/{string.Join(',', share.FailedBy)}/{share.Faults}/{(share.Winner is null ? "open" : Accepted.TryGetValue(i, out var got) ? got.Worker + got.Digest : "?")}")),
        string.Join(',', State.Distrusted),
        string.Join(';', Calls.Select(call => $"{call.Share}{call.Worker}{call.IsWanted}").Order(StringComparer.Ordinal)),
        string.Join(',', Workers),
        string.Join(',', Unaudited),
        string.Join(',', MayJoin),
        Failures,
        Leaves,
        Ticks,
        Now,
        WasLooked,
        Broken);

    /// <summary>Everything that can happen next.</summary>
    internal IEnumerable<(string Action, LeasingWorld Next)> Successors()
    {
        if (!WasLooked)
        {
            yield return ("look", Look());
        }

        foreach (Call call in Calls)
        {
            string name = $"{call.Worker} on share {call.Share}{(call.IsWanted ? string.Empty : " (cancelled)")}";
            yield return ($"{name} answers", Answer(call, True));
            if (Liars.Contains(call.Worker))
            {
                yield return ($"{name} lies", Answer(call, "false"));
            }

            if (!call.IsWanted)
            {
                yield return ($"{name} ends", (this with { Calls = Calls.Remove(call) }).Happens());
            }
            else if (Failures > 0)
            {
                foreach (bool isFault in new[] { true, false })
                {
                    yield return ($"{name} fails, fault {isFault}", (this with { Calls = Calls.Remove(call), Failures = Failures - 1 })
                        .Next(new LeasingEvent.Failed(call.Lease, isFault, IsFatal: false, "broke")));
                }
            }
        }

        if (Leaves > 0)
        {
            foreach (string worker in Workers)
            {
                yield return ($"{worker} leaves", Leave(worker));
            }
        }

        foreach (string worker in MayJoin)
        {
            yield return ($"{worker} joins", (this with { Workers = Workers.Add(worker), MayJoin = MayJoin.Remove(worker) }).Happens());
        }

        if (Ticks > 0)
        {
            yield return ("time passes", (this with { Now = Now + 100, Ticks = Ticks - 1 }).Happens());
        }
    }

    internal LeasingWorld Look() => Next(new LeasingEvent.Looked(Now, Views())) with { WasLooked = true };

    /// <summary>Everybody answers rightly from here on: how it ends.</summary>
    internal LeasingWorld Complete()
    {
        LeasingWorld world = this;
        for (int round = 0; round < 20 && world.State is { IsDone: false }; round++)
        {
            world = world.Look();
            foreach (Call call in world.Calls)
            {
                world = world.Answer(call, True);
            }
        }

        return world;
    }

    /// <summary>What must hold in every world.</summary>
    internal string? Violation()
    {
        if (Broken is not null)
        {
            return Broken;
        }

        Call[] wanted = [.. Calls.Where(call => call.IsWanted)];
        (int, int)[] leases = [.. State.Shares.SelectMany((share, i) => share.Leases.Select(lease => (lease.Id, i)))];
        if (!leases.Order().SequenceEqual(wanted.Select(call => (call.Lease, call.Share)).Order()))
        {
            return "leases and calls that are wanted differ";
        }

        if (State.Shares.SelectMany(share => share.Leases).GroupBy(lease => lease.Worker, StringComparer.Ordinal)
            .Any(one => one.Count() > LeasePolicy.SharesOfWorker || (WasLooked && one.Count(lease => !lease.Waits) != 1)))
        {
            return "a worker has too many leases, or not one that it computes";
        }

        for (int i = 0; i < State.Shares.Length; i++)
        {
            ShareState share = State.Shares[i];
            if (share.Winner is null == Accepted.ContainsKey(i) || (share.Winner is { } winner && (Accepted[i].Lease != winner || share.Leases.Length > 0)))
            {
                return $"share {i}: what counts and what was accepted differ, or it is still computed";
            }

            if (share.Leases.Length > LeasePolicy.Copies || HasTwice(share.Leases.Select(lease => lease.Worker).Concat(share.Opinions.Select(one => one.Worker))))
            {
                return $"share {i}: too many copies, or two of one worker";
            }

            if (share.IsAudited && Accepted.TryGetValue(i, out (int Lease, string Worker, string Digest) counts) && counts.Digest != True && !Unaudited.Contains(i))
            {
                return $"share {i}: a wrong answer counts though it was audited";
            }
        }

        string? outvoted = State.Distrusted.FirstOrDefault(worker => !Liars.Contains(worker));
        if (outvoted is not null || wanted.Any(call => State.IsDistrusted(call.Worker)))
        {
            return $"an honest worker ({outvoted}) was outvoted, or one that was outvoted has a lease";
        }

        if (WasLooked && Views().FirstOrDefault(IsIdleForNothing) is { } idle)
        {
            return $"{idle.Incarnation} is idle while a share waits that it could compute";
        }

        LeasingWorld end = Complete();
        return end.State.IsDone || Workers.Except(State.Distrusted).Count == 0 || end.State.Shares.Any(share => share.IsDisputed && end.IsBlocked(share))
            ? null
            : $"everybody answers, and it does not end: {end.Key}";
    }

    private static bool HasTwice(IEnumerable<string> names) => names.CountBy(name => name, StringComparer.Ordinal).Any(pair => pair.Value > 1);

    private bool IsIdleForNothing(LeasedWorker worker)
        => worker.IsFree && !State.IsDistrusted(worker.Incarnation) && State.Shares.Any(share => share.IsOpen && share.Leases.Length == 0 && share.Opinions.Length == 0
            && !share.WasFailedBy(worker.Incarnation));

    // Two answers differ, and nobody is left to decide.
    private bool IsBlocked(ShareState share) => Workers.Except(State.Distrusted).All(share.Knows);

    private LeasedWorker[] Views()
        => [.. Workers.Union(Calls.Select(call => call.Worker)).Select(worker => new LeasedWorker(
            worker, Calls.Count(call => call.Worker == worker), Workers.Contains(worker), 0, worker == "slow" ? 50 : 1))];

    private LeasingWorld Answer(Call call, string digest)
        => (this with { Calls = Calls.Remove(call), Arrived = Arrived.SetItem(call.Lease, (call.Worker, digest)) })
            .Next(new LeasingEvent.Answered(call.Lease, State.Shares[call.Share].IsAudited ? digest : string.Empty));

    private LeasingWorld Leave(string worker)
    {
        LeasingWorld world = this with { Workers = Workers.Remove(worker), Leaves = Leaves - 1 };
        return Calls.Where(call => call.Worker == worker).Aggregate(world.Happens(), static (left, call) => (left with { Calls = left.Calls.Remove(call) })
            .Next(new LeasingEvent.Failed(call.Lease, IsFault: false, IsFatal: false, "gone")));
    }

    private LeasingWorld Happens() => this with { WasLooked = false };

    private LeasingWorld Next(LeasingEvent happened)
    {
        (LeasingState state, IReadOnlyList<LeasingEffect> effects) = Transitions.Next(State, happened);
        LeasingWorld world = this with { State = state, WasLooked = false };
        foreach (LeasingEffect effect in effects)
        {
            world = world.Do(effect);
        }

        return world;
    }

    private LeasingWorld Do(LeasingEffect effect)
    {
        switch (effect)
        {
            case LeasingEffect.Send send:
                return this with
                {
                    Calls = Calls.Add(new Call(send.Lease, send.Share, send.Worker, IsWanted: true)),
                    Broken = Calls.Count(one => one.Worker == send.Worker) >= (send.Why == LeaseReason.Ahead ? LeasePolicy.SharesOfWorker : 1) ? "sent to a busy worker" : Broken,
                };
            case LeasingEffect.Cancel cancel:
                Call? call = Calls.Find(one => one.Lease == cancel.Lease);
                return call is null ? this with { Broken = "a call is cancelled that is none" } : this with { Calls = Calls.Replace(call, call with { IsWanted = false }) };
            case LeasingEffect.Accept accept:
                return Accepted.ContainsKey(accept.Share)
                    ? this with { Broken = $"share {accept.Share} is counted twice" }
                    : this with { Accepted = Accepted.Add(accept.Share, (accept.Lease, Arrived[accept.Lease].Worker, Arrived[accept.Lease].Digest)) };
            case LeasingEffect.Withdraw withdraw:
                return this with { Accepted = Accepted.Remove(withdraw.Share), Unaudited = Unaudited.Remove(withdraw.Share) };
            case LeasingEffect.SkipAudit skip:
                return this with { Unaudited = Unaudited.Add(skip.Share) };
            case LeasingEffect.Distrust distrust:
                return this with { Workers = Workers.Remove(distrust.Worker) };
            default:
                return this;
        }
    }
}
