namespace S2M.Coordinator.Workers;

/// <summary>A worker at its start.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Incarnation">Its start.</param>
/// <param name="Address">Where its service listens.</param>
/// <param name="Device">cpu or cuda:N.</param>
/// <param name="NumericContract">What its arithmetic depends on besides a specification.</param>
/// <param name="Build">Version of its program.</param>
/// <param name="DataVersions">Data set versions it has at hand.</param>
[GenerateSerializer, Immutable, Alias("s2m.worker-registration")]
public sealed record WorkerRegistration(
    [property: Id(0)] string Id,
    [property: Id(1)] string Incarnation,
    [property: Id(2)] string Address,
    [property: Id(3)] string Device,
    [property: Id(4)] string NumericContract,
    [property: Id(5)] string Build,
    [property: Id(6)] string[] DataVersions);

/// <summary>A sign of life.</summary>
/// <param name="Id">The worker.</param>
/// <param name="Incarnation">Its start.</param>
/// <param name="Draining">Whether it is on its way out.</param>
/// <param name="Shares">Shares it finished since it registered.</param>
/// <param name="DataVersions">Data set versions it has at hand.</param>
[GenerateSerializer, Immutable, Alias("s2m.worker-beat")]
public sealed record WorkerBeat(
    [property: Id(0)] string Id, [property: Id(1)] string Incarnation, [property: Id(2)] bool Draining, [property: Id(3)] long Shares, [property: Id(4)] string[] DataVersions);

/// <summary>A worker as lists show it.</summary>
/// <param name="Registration">Who it is.</param>
/// <param name="State">What it can be given.</param>
/// <param name="Reason">Why.</param>
/// <param name="Since">Since when.</param>
/// <param name="LastBeat">When it was last heard of.</param>
/// <param name="JobId">The job it is lent to; empty where it is free.</param>
/// <param name="Shares">Shares it finished since it registered.</param>
[GenerateSerializer, Immutable, Alias("s2m.worker-view")]
public sealed record WorkerView(
    [property: Id(0)] WorkerRegistration Registration,
    [property: Id(1)] WorkerState State,
    [property: Id(2)] string Reason,
    [property: Id(3)] DateTimeOffset Since,
    [property: Id(4)] DateTimeOffset LastBeat,
    [property: Id(5)] string JobId,
    [property: Id(6)] long Shares);
