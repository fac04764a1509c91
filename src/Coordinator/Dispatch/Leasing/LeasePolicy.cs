namespace S2M.Coordinator.Dispatch.Leasing;

/// <summary>Limits of leases. Nothing here reaches the parameters.</summary>
/// <param name="FaultsPerShare">After so many the run fails.</param>
/// <param name="BackupFactor">A lease is late after so many times what is expected of its worker.</param>
/// <param name="BackupFloor">Seconds that a lease is never late before, and that a backup must gain at least.</param>
internal sealed record LeasePolicy(int FaultsPerShare, double BackupFactor, double BackupFloor)
{
    /// <summary>Workers that compute a share at the same time, at most.</summary>
    internal const int Copies = 2;

    /// <summary>Shares that a worker has at most: the one that it computes, and one that waits, so that it does not wait itself for what comes next.</summary>
    internal const int SharesOfWorker = 2;

    /// <summary>When a lease is late, in seconds of the run's clock.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="expected">What is expected of its worker, in seconds; NaN where nothing is known: never late then, its lease ends it.</param>
    internal double LateAt(Lease lease, double expected)
        => double.IsNaN(expected) ? double.PositiveInfinity : lease.Begun + Math.Max(BackupFloor, BackupFactor * expected);

    /// <summary>When a lease is expected to be answered: later than now, however late it is already.</summary>
    internal double EndOf(Lease lease, double expected, double now)
        => double.IsNaN(expected) ? double.PositiveInfinity : Math.Max(lease.Begun + expected, now + Math.Max(0, now - LateAt(lease, expected)));

    /// <summary>Whether a second copy is worth its time: the first is late, or the other worker is expected to be done well before it.</summary>
    internal bool IsWorthACopy(Lease lease, double expected, double expectedOfOther, double now)
        => now >= LateAt(lease, expected) || lease.Begun + expected - now > Math.Max(BackupFloor, BackupFactor * expectedOfOther);

    /// <summary>
    /// When a look would find the next lease late; infinite where nobody is idle or nothing becomes late by itself. What is late already and has no copy has nobody who
    /// could make one: time alone changes nothing then.
    /// </summary>
    /// <param name="state">The shares.</param>
    /// <param name="looked">The last look.</param>
    internal double NextLook(LeasingState state, LeasingEvent.Looked looked)
        => !looked.Workers.Any(static worker => worker is { IsFree: true, TakesShares: true })
            ? double.PositiveInfinity
            : state.Shares.Where(static share => share.Leases.Length is > 0 and < Copies)
                .Select(share => LateAt(share.Leases[0], looked.ExpectedOf(share)))
                .Where(late => late > looked.Now).DefaultIfEmpty(double.PositiveInfinity).Min();
}
