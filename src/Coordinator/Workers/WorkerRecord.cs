namespace S2M.Coordinator.Workers;

/// <summary>What a worker can be. The numbers are stored.</summary>
public enum WorkerState
{
    /// <summary>Takes shares.</summary>
    Ready = 1,

    /// <summary>Takes none until it is uncordoned.</summary>
    Cordoned = 2,

    /// <summary>Finishes its share and leaves.</summary>
    Draining = 3,

    /// <summary>Left, or was not heard of within its lease.</summary>
    Gone = 4,
}

/// <summary>A worker's row: who was there, and what operators asked of it. Beats are not stored.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Incarnation">Its start.</param>
/// <param name="Address">Where its service listens.</param>
/// <param name="Device">cpu or cuda:N.</param>
/// <param name="NumericContract">What its arithmetic depends on besides a specification.</param>
/// <param name="Build">Version of its program.</param>
/// <param name="State">What it can be given.</param>
/// <param name="Reason">Why.</param>
/// <param name="Since">Since when.</param>
/// <param name="RegisteredAt">When this incarnation registered.</param>
public sealed record WorkerRecord(
    string Id,
    string Incarnation,
    string Address,
    string Device,
    string NumericContract,
    string Build,
    WorkerState State,
    string Reason,
    DateTimeOffset Since,
    DateTimeOffset RegisteredAt);
