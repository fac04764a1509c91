namespace S2M.Coordinator.Workers;

/// <summary>What the directory lends to a job now.</summary>
/// <param name="Workers">Whole workers, by name.</param>
/// <param name="WaitsFor">Why there is none, in words; empty where there is one.</param>
/// <param name="Unfit">Workers that are there and cannot be lent to this job, with the reason.</param>
/// <param name="Alive">Incarnations of all workers that are there: one that is missing has lost its shares.</param>
[GenerateSerializer, Immutable, Alias("s2m.loan")]
public sealed record Loan([property: Id(0)] LentWorker[] Workers, [property: Id(1)] string WaitsFor, [property: Id(2)] UnfitWorker[] Unfit, [property: Id(3)] string[] Alive)
{
    /// <summary>
    /// Incarnations that a directory that began a moment ago has heard of, gone or not: any other may still make itself known, and stays lent until then. Null once
    /// every worker has had the time.
    /// </summary>
    [Id(4)]
    public string[]? Known { get; init; }

    /// <summary>Whether a worker was lent by a directory before this one, which has not heard of it yet.</summary>
    internal bool MayStillCome(LentWorker worker) => Known is { } known && !known.Contains(worker.Incarnation, StringComparer.Ordinal);
}

/// <summary>A worker that cannot be lent to a job.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Reason">Why.</param>
[GenerateSerializer, Immutable, Alias("s2m.unfit-worker")]
public sealed record UnfitWorker([property: Id(0)] string Id, [property: Id(1)] string Reason);
