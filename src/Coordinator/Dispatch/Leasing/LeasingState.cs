using System.Collections.Immutable;

namespace S2M.Coordinator.Dispatch.Leasing;

/// <summary>A worker computes a share, or has it waiting behind the one that it computes.</summary>
/// <param name="Id">Unique within a run.</param>
/// <param name="Worker">The worker's incarnation.</param>
/// <param name="Begun">When, in seconds of the run's clock; while it waits, when it is expected to begin.</param>
internal sealed record Lease(int Id, string Worker, double Begun)
{
    /// <summary>Whether its worker is expected to be at another share still.</summary>
    internal bool Waits { get; init; }
}

/// <summary>An answer that came.</summary>
/// <param name="Lease">The lease that it belongs to, which is over.</param>
/// <param name="Worker">Who gave it.</param>
/// <param name="Digest">SHA-256 of its numbers; empty where the share is not audited.</param>
internal sealed record Opinion(int Lease, string Worker, string Digest);

/// <summary>A share between its first lease and the answer that counts.</summary>
/// <param name="Items">Episodes, images, groups or support sets.</param>
/// <param name="IsAudited">Whether two workers must agree on it.</param>
internal sealed record ShareState(int Items, bool IsAudited)
{
    /// <summary>Who computes it now, or has it waiting.</summary>
    internal ImmutableArray<Lease> Leases { get; init; } = [];

    /// <summary>What was answered: one answer, or those of an audit.</summary>
    internal ImmutableArray<Opinion> Opinions { get; init; } = [];

    /// <summary>Workers that failed it, asked again only where there is no other.</summary>
    internal ImmutableArray<string> FailedBy { get; init; } = [];

    /// <summary>How often workers failed it by an error of their own.</summary>
    internal int Faults { get; init; }

    /// <summary>The lease whose answer counts; null while the share is open.</summary>
    internal int? Winner { get; init; }

    /// <summary>Whether no answer counts yet.</summary>
    internal bool IsOpen => Winner is null;

    /// <summary>Whether nobody has it and nobody answered it.</summary>
    internal bool IsQueued => IsOpen && Leases.Length == 0 && Opinions.Length == 0;

    /// <summary>Whether workers gave different answers, and no two the same.</summary>
    internal bool IsDisputed => IsOpen && Opinions.Length > 1;

    /// <summary>Whether a worker failed it.</summary>
    internal bool WasFailedBy(string worker) => FailedBy.Contains(worker, StringComparer.Ordinal);

    /// <summary>Whether a worker has it or has answered it.</summary>
    internal bool Knows(string worker) => Leases.Any(lease => lease.Worker == worker) || Opinions.Any(opinion => opinion.Worker == worker);
}

/// <summary>The shares of one run. Only <see cref="LeaseTransitions"/> makes new states.</summary>
/// <param name="Shares">In their order.</param>
internal sealed record LeasingState(ImmutableArray<ShareState> Shares)
{
    /// <summary>Number of the next lease.</summary>
    internal int NextLease { get; init; }

    /// <summary>Workers whose answer was outvoted: they get nothing any more.</summary>
    internal ImmutableArray<string> Distrusted { get; init; } = [];

    /// <summary>Whether every share has the answer that counts.</summary>
    internal bool IsDone => Shares.All(share => !share.IsOpen);

    /// <summary>Whether a worker was outvoted.</summary>
    internal bool IsDistrusted(string worker) => Distrusted.Contains(worker, StringComparer.Ordinal);

    /// <summary>The share that a lease belongs to; -1 where the lease is over.</summary>
    internal int ShareOf(int lease)
    {
        for (int i = 0; i < Shares.Length; i++)
        {
            if (Shares[i].Leases.Any(one => one.Id == lease))
            {
                return i;
            }
        }

        return -1;
    }
}
