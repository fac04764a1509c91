using System.Diagnostics;
using System.Diagnostics.Metrics;
using S2M.Coordinator.Dispatch;
using S2M.Coordinator.Jobs;
using Wire = S2M.Protos.V1;

namespace S2M.Coordinator.Diagnostics;

/// <summary>Spans and measures of the coordinator.</summary>
internal static class CoordinatorInstruments
{
    /// <summary>Name of the activity source and of the meter.</summary>
    internal const string Name = "S2M.Coordinator";

    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Shares = Meter.CreateCounter<long>("s2m.coordinator.shares", "{share}", "Shares that were answered, by kind.");
    private static readonly Counter<long> LostShares = Meter.CreateCounter<long>("s2m.coordinator.shares.lost", "{share}", "Leases that ended without an answer, by kind.");
    private static readonly Histogram<double> ShareSeconds = Meter.CreateHistogram<double>(
        "s2m.coordinator.share.duration", "s", "Time from lease to answer, or from the answer to the share before it, by kind.");
    private static readonly Histogram<double> ComputeSeconds = Meter.CreateHistogram<double>(
        "s2m.coordinator.share.compute", "s", "Time of it on the worker's training thread, by kind.");
    private static readonly Counter<long> Backups = Meter.CreateCounter<long>("s2m.coordinator.shares.backups", "{share}", "Copies of shares that were late, by kind.");
    private static readonly Counter<long> LateAnswers = Meter.CreateCounter<long>(
        "s2m.coordinator.shares.late", "{share}", "Answers that came when their share had one already, and were dropped, by kind.");
    private static readonly Counter<long> Audits = Meter.CreateCounter<long>("s2m.coordinator.shares.audits", "{share}", "Second and third opinions.");
    private static readonly Counter<long> Outvoted = Meter.CreateCounter<long>("s2m.coordinator.workers.outvoted", "{worker}", "Workers that were refused after an audit.");
    private static readonly Counter<long> Steps = Meter.CreateCounter<long>("s2m.coordinator.steps", "{step}", "Optimizer steps.");
    private static readonly Counter<long> Checkpoints = Meter.CreateCounter<long>("s2m.coordinator.checkpoints", "{checkpoint}", "Checkpoints that were published.");
    private static readonly Histogram<double> CheckpointSeconds = Meter.CreateHistogram<double>(
        "s2m.coordinator.checkpoint.duration", "s", "Time to write and publish a checkpoint.");
    private static readonly Counter<long> Transitions = Meter.CreateCounter<long>(
        "s2m.coordinator.job.transitions", "{transition}", "Changes of jobs' states, by the state after.");

    /// <summary>Spans: queue, loop, step, dispatch, checkpoint.</summary>
    internal static ActivitySource Activities { get; } = new(Name);

    /// <summary>A share was answered.</summary>
    internal static void ShareDone(string kind, TimeSpan spent, Wire.ShareDone done)
    {
        var tag = new KeyValuePair<string, object?>("kind", kind);
        Shares.Add(1, tag);
        ShareSeconds.Record(spent.TotalSeconds, tag);
        ComputeSeconds.Record(done.ComputeSeconds, tag);
    }

    /// <summary>A lease ended without an answer.</summary>
    internal static void ShareLost(string kind) => LostShares.Add(1, new KeyValuePair<string, object?>("kind", kind));

    /// <summary>Shares were computed, all of them.</summary>
    internal static void Counted(string kind, DispatchTally tally)
    {
        var tag = new KeyValuePair<string, object?>("kind", kind);
        Backups.Add(tally.Backups, tag);
        LateAnswers.Add(tally.LateAnswers, tag);
        Audits.Add(tally.Audits);
        Outvoted.Add(tally.Outvoted);
    }

    /// <summary>A step was made.</summary>
    internal static void StepDone() => Steps.Add(1);

    /// <summary>A checkpoint was published.</summary>
    internal static void CheckpointDone(TimeSpan spent)
    {
        Checkpoints.Add(1);
        CheckpointSeconds.Record(spent.TotalSeconds);
    }

    /// <summary>A job leaves the queue: the wait is a span of its trace, from its submission on.</summary>
    internal static void Left(JobRecord record, DateTimeOffset now)
    {
        _ = ActivityContext.TryParse(record.Job.TraceParent, null, out ActivityContext parent);
        using Activity? activity = Activities.StartActivity(ActivityKind.Internal, parent, startTime: record.Since, name: "queue");
        activity?.SetTag("s2m.job", record.Job.Id).SetEndTime(now.UtcDateTime);
    }

    /// <summary>A job changed its state.</summary>
    internal static void Moved(string state) => Transitions.Add(1, new KeyValuePair<string, object?>("state", state));
}
