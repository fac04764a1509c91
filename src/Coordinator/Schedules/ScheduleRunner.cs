using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using S2M.Specification;

namespace S2M.Coordinator.Schedules;

/// <summary>
/// Fires schedules. A run is recorded as started, by compare-and-swap on the schedule's row, before its job is submitted under a request identifier that follows from
/// schedule and due time: whoever finds such a run without a job submits it again and gets the same job. So no crash loses or doubles a run.
/// </summary>
/// <param name="store">The schedules' rows.</param>
/// <param name="jobs">Their jobs.</param>
/// <param name="options">The grace.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">For the operator.</param>
internal sealed partial class ScheduleRunner(
    IScheduleStore store, IScheduledJobs jobs, IOptions<ScheduleOptions> options, TimeProvider time, ILogger<ScheduleRunner> logger)
{
    /// <summary>
    /// Submits what was recorded and not submitted, then fires what is due. Any number of silos may do this at once. What fails for one schedule is logged and tried
    /// again at the next call; the others go on.
    /// </summary>
    /// <param name="cancellationToken">Gives up; nothing is lost.</param>
    public async Task FireDueAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        IReadOnlyList<ScheduleRecord> due = await store.DueAsync(now, cancellationToken);
        IReadOnlyList<UnsubmittedRun> unsubmitted = await store.UnsubmittedAsync(cancellationToken);
        foreach (UnsubmittedRun run in unsubmitted)
        {
            await GuardAsync(run.Schedule, () => CompleteAsync(run.Schedule, run.Run, cancellationToken), cancellationToken);
        }

        foreach (ScheduleRecord schedule in due)
        {
            await GuardAsync(schedule, () => FireAsync(schedule, now, cancellationToken), cancellationToken);
        }
    }

    /// <summary>Begins a run that a user asks for, unless one goes on. The same time again gives the same run.</summary>
    /// <param name="namespace">The namespace.</param>
    /// <param name="name">The schedule.</param>
    /// <param name="asked">When it was asked for: whole milliseconds, no whole second.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The run; null where there is no such schedule.</returns>
    public async Task<ScheduleRunRecord?> RunNowAsync(string @namespace, string name, DateTimeOffset asked, string actor, CancellationToken cancellationToken)
    {
        while (await store.FindAsync(@namespace, name, cancellationToken) is { } schedule)
        {
            if (await store.FindRunAsync(@namespace, name, asked, cancellationToken) is { } known)
            {
                return await CompleteAsync(schedule, known, cancellationToken);
            }

            string? blocker = await FindBlockerAsync(schedule, cancellationToken);
            var run = blocker is null
                ? new ScheduleRunRecord(asked, ScheduleOutcome.Started, $"asked for by {actor}", string.Empty, string.Empty)
                : new ScheduleRunRecord(asked, ScheduleOutcome.Skipped, $"asked for by {actor}; {blocker}", string.Empty, string.Empty);
            if (await BeginAsync(schedule, run, schedule.NextDue, cancellationToken) is { } begun)
            {
                return begun;
            }
        }

        return null;
    }

    /// <summary>The request under which a due time's job is submitted: a UUID that follows from schedule and due time.</summary>
    internal static string RequestOf(ScheduleRecord schedule, DateTimeOffset due)
    {
        string text = $"{schedule.Namespace}/{schedule.Name}/{schedule.CreatedAt.ToUnixTimeMilliseconds()}/{due.ToUnixTimeMilliseconds()}";
        byte[] bytes = SHA256.HashData(Encoding.UTF8.GetBytes(text))[..16];

        // Version 8 of RFC 9562: bits of our own making.
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString("D");
    }

    private async Task FireAsync(ScheduleRecord schedule, DateTimeOffset now, CancellationToken cancellationToken)
    {
        string? blocker = await FindBlockerAsync(schedule, cancellationToken);
        ScheduleDecision decision = ScheduleDecision.Make(schedule, DueTimes.Of(schedule), now, options.Value.Grace, blocker);
        await BeginAsync(schedule, decision.Run, decision.NextDue, cancellationToken);
    }

    // Null where somebody else was faster.
    private async Task<ScheduleRunRecord?> BeginAsync(ScheduleRecord schedule, ScheduleRunRecord run, DateTimeOffset? nextDue, CancellationToken cancellationToken)
    {
        // Stored with the run, so that a second submission asks for the same job as the first.
        string? origin = run.Outcome == ScheduleOutcome.Started && schedule.StartFrom == StartFrom.Latest
            ? await jobs.FindLatestSuccessAsync(schedule, cancellationToken)
            : null;
        run = run with { StartedFrom = origin ?? string.Empty };
        if (!await store.AdvanceAsync(schedule, nextDue, run, cancellationToken))
        {
            return null;
        }

        if (run.Outcome == ScheduleOutcome.Skipped)
        {
            LogSkipped(schedule.Namespace, schedule.Name, run.Due, run.Reason);
        }

        return await CompleteAsync(schedule, run, cancellationToken);
    }

    private async Task<ScheduleRunRecord> CompleteAsync(ScheduleRecord schedule, ScheduleRunRecord run, CancellationToken cancellationToken)
    {
        if (run is not { Outcome: ScheduleOutcome.Started, JobId: "" })
        {
            return run;
        }

        try
        {
            run = run with { JobId = await jobs.SubmitAsync(schedule, RequestOf(schedule, run.Due), run.StartedFrom, cancellationToken) };
            LogStarted(schedule.Namespace, schedule.Name, run.Due, run.JobId, run.Reason);
        }
        catch (Exception problem) when (problem is CoordinatorException or SpecificationException)
        {
            run = run with { Outcome = ScheduleOutcome.Refused, Reason = problem.Message, StartedFrom = string.Empty };
            LogRefused(schedule.Namespace, schedule.Name, run.Due, run.Reason);
        }

        await store.CompleteRunAsync(schedule.Namespace, schedule.Name, run, cancellationToken);

        // Another silo may have completed it first; what is recorded is what counts.
        return await store.FindRunAsync(schedule.Namespace, schedule.Name, run.Due, cancellationToken) ?? run;
    }

    private async Task<string?> FindBlockerAsync(ScheduleRecord schedule, CancellationToken cancellationToken)
    {
        // Both are read after the schedule's row: a run that begins later raises its revision, and the advance is refused. Runs before jobs: a run that gets its job
        // in between is seen as the job.
        IReadOnlyList<UnsubmittedRun> unsubmitted = await store.UnsubmittedAsync(cancellationToken);
        if (unsubmitted.FirstOrDefault(run => run.Schedule.Namespace == schedule.Namespace && run.Schedule.Name == schedule.Name) is { } waiting)
        {
            return $"the run of {ScheduleDecision.Text(waiting.Run.Due)} is still being submitted";
        }

        return await jobs.FindUnfinishedAsync(schedule, cancellationToken) is { } job
            ? $"job {job.JobId} of this schedule is still {job.State} since {ScheduleDecision.Text(job.Since)}"
            : null;
    }

    private async Task GuardAsync(ScheduleRecord schedule, Func<Task> fire, CancellationToken cancellationToken)
    {
        try
        {
            await fire();
        }
        catch (Exception problem) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(schedule.Namespace, schedule.Name, problem);
        }
    }
}
