namespace S2M.Coordinator.Workers;

/// <summary>A worker that is lent to a job.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Incarnation">Its start; another one is another worker.</param>
/// <param name="Address">Where its service listens.</param>
/// <param name="NumericContract">What its arithmetic depends on besides a specification.</param>
[GenerateSerializer, Immutable, Alias("s2m.lent-worker")]
public sealed record LentWorker([property: Id(0)] string Id, [property: Id(1)] string Incarnation, [property: Id(2)] string Address, [property: Id(3)] string NumericContract);
