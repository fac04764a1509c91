using System.Diagnostics;
using Google.Protobuf.WellKnownTypes;
using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Training;
using Wire = S2M.Protos.V1;

namespace S2M.Coordinator.Services;

/// <summary>Jobs as they travel. States, modes and levels have the same numbers in rows and on the wire.</summary>
internal static class WireJobs
{
    private static readonly (CheckpointUses Ours, Wire.CheckpointUse Wire)[] Uses =
    [
        (CheckpointUses.FirstVersion, Wire.CheckpointUse.FirstVersion), (CheckpointUses.Newest, Wire.CheckpointUse.Newest), (CheckpointUses.Best, Wire.CheckpointUse.Best),
        (CheckpointUses.Periodic, Wire.CheckpointUse.Periodic),
    ];

    /// <summary>A job.</summary>
    /// <param name="record">Its row.</param>
    /// <param name="workers">Workers that are lent to it.</param>
    internal static Wire.Job ToWire(JobRecord record, int workers)
    {
        NewJob job = record.Job;
        var wire = new Wire.Job
        {
            JobId = job.Id,
            Name = job.Name,
            Namespace = job.Namespace,
            Actor = job.Actor,
            Mode = (Wire.JobMode)(int)job.Mode,
            State = (Wire.JobState)(int)record.State,
            Reason = record.Reason,
            Since = record.Since.ToTimestamp(),
            WaitsFor = record.WaitsFor,
            WaitsSince = record.WaitsSince?.ToTimestamp(),
            Step = record.Step,
            Steps = job.Steps,
            DataVersion = job.DataVersion,
            SpecificationHash = job.SpecificationHash,
            Specification = job.Specification,
            Epoch = record.Epoch,
            CheckpointStep = record.CheckpointStep,
            ParametersHash = record.ParametersHash,
            NumericContract = record.NumericContract,
            SubmittedAt = record.SubmittedAt.ToTimestamp(),
            StartedAt = record.StartedAt?.ToTimestamp(),
            FinishedAt = record.FinishedAt?.ToTimestamp(),
            Workers = workers,
            StartFrom = job.StartFrom,
            Schedule = job.Schedule,
            TraceId = ActivityContext.TryParse(job.TraceParent, null, out ActivityContext trace) ? trace.TraceId.ToHexString() : string.Empty,
        };
        wire.Labels.Add(job.Labels.ToDictionary(label => label.Key, label => label.Value, StringComparer.Ordinal));
        return wire;
    }

    /// <summary>A transition.</summary>
    internal static Wire.JobTransition ToWire(JobTransition transition) => new()
    {
        Sequence = transition.Sequence,
        From = (Wire.JobState)(int)(transition.From ?? 0),
        To = (Wire.JobState)(int)transition.To,
        Reason = transition.Reason,
        Actor = transition.Actor,
        Time = transition.Time.ToTimestamp(),
    };

    /// <summary>A checkpoint, and why it is kept.</summary>
    internal static Wire.Checkpoint ToWire(CheckpointRecord record, CheckpointUses uses) => new()
    {
        Step = record.Step,
        Epoch = record.Epoch,
        ParametersHash = record.ParametersHash,
        Bytes = record.Bytes,
        Time = record.Time.ToTimestamp(),
        Uses = { Uses.Where(use => uses.HasFlag(use.Ours)).Select(use => use.Wire) },
    };

    /// <summary>A line of a log.</summary>
    internal static Wire.LogLine ToWire(JobLogLine line)
        => new() { Offset = line.Offset, Time = line.Time.ToTimestamp(), Level = (Wire.LogLevel)(int)line.Level, Step = line.Step, Message = line.Message };

    /// <summary>A step.</summary>
    internal static Wire.StepMetrics ToWire(StepRecord step) => new() { Step = step.Step, Loss = step.Loss, Accuracy = step.Accuracy, LearningRate = step.LearningRate };

    /// <summary>A validation.</summary>
    internal static Wire.ValidationMetrics ToWire(ValidationRecord validation) => new() { Step = validation.Step, Accuracy = validation.Accuracy };

    /// <summary>Progress.</summary>
    internal static Wire.PhaseProgress ToWire(PhaseProgress progress) => new() { Phase = progress.Phase, Unit = progress.Unit, Done = progress.Done, Total = progress.Total };
}
