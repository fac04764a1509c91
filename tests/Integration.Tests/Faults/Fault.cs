namespace S2M.Integration.Tests.Faults;

/// <summary>
/// What can go wrong, one member for each row of the failure table; <c>docs/operations.md</c> says what users see of it. A test is marked with the rows that it
/// proves. <see cref="FaultTableTests"/> fails where a row has none.
/// </summary>
internal enum Fault
{
    /// <summary>A worker is killed in a share: the share is leased again.</summary>
    WorkerKilled,

    /// <summary>A worker hangs: a copy of its share answers, and it is let go.</summary>
    WorkerHung,

    /// <summary>A worker joins, drains, joins again, restarts at the same address.</summary>
    WorkerComesAndGoes,

    /// <summary>A worker of another numeric contract joins: it is refused with the reason.</summary>
    AnotherContract,

    /// <summary>The coordinator is killed and started again: the job goes on by itself, followers connect again.</summary>
    CoordinatorKilled,

    /// <summary>One of several coordinators is killed: its jobs go on at another.</summary>
    SiloKilled,

    /// <summary>A coordinator hangs, and goes on after its job was taken over: what it writes and deletes is refused.</summary>
    SiloHungGoesOn,

    /// <summary>Two coordinators live and are cut from each other: one publishes.</summary>
    SilosCutApart,

    /// <summary>The database is down for a minute: loops go on to their bound and wait, commands fail with a clear error.</summary>
    DatabaseDown,

    /// <summary>The database hangs for a minute: the same.</summary>
    DatabaseHung,

    /// <summary>The disk is full: a named error, and the checkpoint before stays.</summary>
    DiskFull,

    /// <summary>A checkpoint is torn or corrupted: the one before is used.</summary>
    CheckpointDamaged,

    /// <summary>A gradient is not finite: its leaf is absent, within a budget.</summary>
    GradientNotFinite,

    /// <summary>An image cannot be read, a class is missing, a data set changed: the file is named.</summary>
    DataSetDamaged,

    /// <summary>A request is malformed or carries no token; an image is oversized, a zip a bomb, a path an escape: a precise status, and nothing is written.</summary>
    RequestMalformed,

    /// <summary>A connection is cut in the middle of a stream, or loses messages: tried again, counted once.</summary>
    StreamCut,

    /// <summary>Clocks of machines are ten minutes apart: nothing.</summary>
    ClocksApart,

    /// <summary>Local is killed: its children end.</summary>
    LocalKilled,
}
