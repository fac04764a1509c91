namespace S2M.Coordinator.Dispatch.Leasing;

/// <summary>A worker as leases see it.</summary>
/// <param name="Incarnation">This start of it.</param>
/// <param name="OnItsWay">Shares of this job that were sent to it and are not over, cancelled ones among them.</param>
/// <param name="TakesShares">Whether it may have a share: its canary gave the right bits, and its connection is not at rest.</param>
/// <param name="Failures">Failures in a row: who fails is asked last.</param>
/// <param name="SecondsPerItem">What it is expected to need for an item of this kind; NaN where nothing is known.</param>
internal sealed record LeasedWorker(string Incarnation, int OnItsWay, bool TakesShares, int Failures, double SecondsPerItem)
{
    /// <summary>Whether nothing of this job is on its way to it.</summary>
    internal bool IsFree => OnItsWay == 0;
}

/// <summary>What can happen to the shares of a run.</summary>
internal abstract record LeasingEvent
{
    private LeasingEvent()
    {
    }

    /// <summary>Someone looks at who is there and what time it is: leases are given.</summary>
    /// <param name="Now">Seconds of the run's clock.</param>
    /// <param name="Workers">All that are lent.</param>
    internal sealed record Looked(double Now, IReadOnlyList<LeasedWorker> Workers) : LeasingEvent
    {
        /// <summary>Seconds that the first worker of a share is expected to need for it; NaN where nothing is known.</summary>
        /// <param name="share">A share with a lease.</param>
        internal double ExpectedOf(ShareState share)
            => (Workers.FirstOrDefault(worker => worker.Incarnation == share.Leases[0].Worker)?.SecondsPerItem ?? double.NaN) * share.Items;
    }

    /// <summary>A whole answer of the right shape came.</summary>
    /// <param name="Lease">The lease.</param>
    /// <param name="Digest">SHA-256 of its numbers; empty where the share is not audited.</param>
    internal sealed record Answered(int Lease, string Digest) : LeasingEvent;

    /// <summary>A lease ended without an answer.</summary>
    /// <param name="Lease">The lease.</param>
    /// <param name="IsFault">Whether the worker did something wrong; one that is gone did not.</param>
    /// <param name="IsFatal">Whether no other worker would do better.</param>
    /// <param name="Reason">In words.</param>
    internal sealed record Failed(int Lease, bool IsFault, bool IsFatal, string Reason) : LeasingEvent;
}
