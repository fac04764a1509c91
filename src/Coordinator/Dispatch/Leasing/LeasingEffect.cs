namespace S2M.Coordinator.Dispatch.Leasing;

/// <summary>Why a share is sent.</summary>
internal enum LeaseReason
{
    /// <summary>Nobody computes it.</summary>
    Work,

    /// <summary>Nobody computes it, and its worker is the first that will be free: it waits there.</summary>
    Ahead,

    /// <summary>A second copy: the first one is late, or another worker would be done before it.</summary>
    Backup,

    /// <summary>A second or third opinion.</summary>
    Audit,
}

/// <summary>What is to be done after a transition.</summary>
internal abstract record LeasingEffect
{
    private LeasingEffect()
    {
    }

    /// <summary>Send a share to a worker.</summary>
    internal sealed record Send(int Share, int Lease, string Worker, LeaseReason Why) : LeasingEffect;

    /// <summary>Cancel a lease: its answer is not wanted any more.</summary>
    internal sealed record Cancel(int Lease) : LeasingEffect;

    /// <summary>An answer counts for its share.</summary>
    internal sealed record Accept(int Share, int Lease) : LeasingEffect;

    /// <summary>An answer that counted does not: its worker was outvoted.</summary>
    internal sealed record Withdraw(int Share) : LeasingEffect;

    /// <summary>An answer came for a lease that is over.</summary>
    internal sealed record Drop(int Lease) : LeasingEffect;

    /// <summary>A share lost its worker and is leased again.</summary>
    internal sealed record Lose(int Share, string Worker, string Reason) : LeasingEffect;

    /// <summary>A worker was outvoted on a share: it is sent away, and all that it answered in this run is computed again.</summary>
    internal sealed record Distrust(string Worker, int Share, string Expected, string Got) : LeasingEffect;

    /// <summary>The only worker's answer counts without a second opinion.</summary>
    internal sealed record SkipAudit(int Share) : LeasingEffect;

    /// <summary>A share cannot be computed.</summary>
    internal sealed record Fail(int Share, string Worker, string Reason) : LeasingEffect;
}
