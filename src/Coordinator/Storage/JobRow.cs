using S2M.Coordinator.Jobs;

namespace S2M.Coordinator.Storage;

/// <summary>A row of <c>jobs</c> as a query gives it.</summary>
internal sealed class JobRow
{
    /// <summary>The columns, by the names of the members here.</summary>
    internal const string Columns = """
        id, namespace, request_id AS RequestId, actor, name, mode, labels, specification, specification_hash AS SpecificationHash, data_version AS DataVersion, steps,
        start_from AS StartFrom, schedule, trace_parent AS TraceParent, state, reason, since, submitted_at AS SubmittedAt, epoch, owner, waits_for AS WaitsFor,
        waits_since AS WaitsSince, step, checkpoint_epoch AS CheckpointEpoch, checkpoint_step AS CheckpointStep, parameters_hash AS ParametersHash,
        numeric_contract AS NumericContract, canary, started_at AS StartedAt, finished_at AS FinishedAt
        """;

    /// <summary>The statement that stores a <see cref="JobRow"/>; nothing where identifier or request are there already.</summary>
    internal const string Insert = """
        INSERT INTO jobs (
            id, namespace, request_id, actor, name, mode, labels, specification, specification_hash, data_version, steps, start_from, schedule, trace_parent,
            state, reason, since, submitted_at, epoch, owner, waits_for, step, checkpoint_epoch, checkpoint_step, parameters_hash, numeric_contract, canary)
        VALUES (
            @Id, @Namespace, @RequestId, @Actor, @Name, @Mode, @Labels, @Specification, @SpecificationHash, @DataVersion, @Steps, @StartFrom, @Schedule, @TraceParent,
            @State, @Reason, @Since, @SubmittedAt, 0, '', '', 0, 0, -1, '', '', '')
        ON CONFLICT DO NOTHING
        """;

    public string Id { get; init; } = string.Empty;

    public string Namespace { get; init; } = string.Empty;

    public string RequestId { get; init; } = string.Empty;

    public string Actor { get; init; } = string.Empty;

    public string Name { get; init; } = string.Empty;

    public int Mode { get; init; }

    public string Labels { get; init; } = string.Empty;

    public string Specification { get; init; } = string.Empty;

    public string SpecificationHash { get; init; } = string.Empty;

    public string DataVersion { get; init; } = string.Empty;

    public int Steps { get; init; }

    public string StartFrom { get; init; } = string.Empty;

    public string Schedule { get; init; } = string.Empty;

    public string TraceParent { get; init; } = string.Empty;

    public int State { get; init; }

    public string Reason { get; init; } = string.Empty;

    public long Since { get; init; }

    public long SubmittedAt { get; init; }

    public long Epoch { get; init; }

    public string Owner { get; init; } = string.Empty;

    public string WaitsFor { get; init; } = string.Empty;

    public long? WaitsSince { get; init; }

    public int Step { get; init; }

    public long CheckpointEpoch { get; init; }

    public int CheckpointStep { get; init; }

    public string ParametersHash { get; init; } = string.Empty;

    public string NumericContract { get; init; } = string.Empty;

    public string Canary { get; init; } = string.Empty;

    public long? StartedAt { get; init; }

    public long? FinishedAt { get; init; }

    /// <summary>The row of a job that was just submitted.</summary>
    internal static JobRow Of(NewJob job, string reason, DateTimeOffset now) => new()
    {
        Id = job.Id,
        Namespace = job.Namespace,
        RequestId = job.RequestId,
        Actor = job.Actor,
        Name = job.Name,
        Mode = (int)job.Mode,
        Labels = LabelText.Of(job.Labels),
        Specification = job.Specification,
        SpecificationHash = job.SpecificationHash,
        DataVersion = job.DataVersion,
        Steps = job.Steps,
        StartFrom = job.StartFrom,
        Schedule = job.Schedule,
        TraceParent = job.TraceParent,
        State = (int)JobState.Queued,
        Reason = reason,
        Since = UnixTime.Of(now),
        SubmittedAt = UnixTime.Of(now),
    };

    /// <summary>The job.</summary>
    internal JobRecord ToRecord()
    {
        var job = new NewJob(
            Id, Namespace, RequestId, Actor, Name, (JobMode)Mode, LabelText.Parse(Labels), Specification, SpecificationHash, DataVersion, Steps, StartFrom, Schedule, TraceParent);
        return new JobRecord(job, (JobState)State, Reason, UnixTime.ToTime(Since), UnixTime.ToTime(SubmittedAt))
        {
            Epoch = Epoch,
            Owner = Owner,
            WaitsFor = WaitsFor,
            WaitsSince = UnixTime.ToTime(WaitsSince),
            Step = Step,
            CheckpointEpoch = CheckpointEpoch,
            CheckpointStep = CheckpointStep,
            ParametersHash = ParametersHash,
            NumericContract = NumericContract,
            Canary = Canary,
            StartedAt = UnixTime.ToTime(StartedAt),
            FinishedAt = UnixTime.ToTime(FinishedAt),
        };
    }
}
