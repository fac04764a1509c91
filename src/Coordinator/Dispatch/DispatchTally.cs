namespace S2M.Coordinator.Dispatch;

/// <summary>What the shares of one run took: for the metrics and for whoever asks whether each counted once.</summary>
internal sealed class DispatchTally
{
    /// <summary>Shares.</summary>
    internal int Shares { get; init; }

    /// <summary>Items of the answers that count: each of the run's items once.</summary>
    internal int Items { get; set; }

    /// <summary>Leases in all.</summary>
    internal int Leases { get; set; }

    /// <summary>Leases that ended without an answer.</summary>
    internal int Losses { get; set; }

    /// <summary>Copies of shares that were late.</summary>
    internal int Backups { get; set; }

    /// <summary>Of them, those whose answer counts.</summary>
    internal int BackupsWon { get; set; }

    /// <summary>Answers that came when their share had one already: dropped.</summary>
    internal int LateAnswers { get; set; }

    /// <summary>Second and third opinions.</summary>
    internal int Audits { get; set; }

    /// <summary>Shares that were to be computed by a second worker, and were not, since there was none.</summary>
    internal int SkippedAudits { get; set; }

    /// <summary>Workers that were outvoted.</summary>
    internal int Outvoted { get; set; }
}
