using S2M.Coordinator.Jobs;
using S2M.Coordinator.Schedules;

namespace S2M.Coordinator.Tests.Schedules;

/// <summary>Jobs that schedules submit; the test says what becomes of them.</summary>
/// <param name="time">The clock.</param>
internal sealed class MemoryScheduledJobs(TimeProvider time) : IScheduledJobs
{
    private readonly Lock _lock = new();
    private readonly List<Submission> _submissions = [];

    /// <summary>A submitted job.</summary>
    internal sealed record Submission(string Schedule, string RequestId, string JobId, string StartFrom, JobState State, DateTimeOffset Since);

    /// <summary>Called before a submission, with its request.</summary>
    internal Action<string> Before { get; set; } = _ => { };

    /// <summary>Called after a submission.</summary>
    internal Action After { get; set; } = () => { };

    /// <summary>All jobs, oldest first.</summary>
    internal IReadOnlyList<Submission> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _submissions];
            }
        }
    }

    /// <summary>Moves the newest job, or a named one.</summary>
    internal void Move(JobState state, string? jobId = null)
    {
        lock (_lock)
        {
            int index = jobId is null ? _submissions.Count - 1 : _submissions.FindIndex(job => job.JobId == jobId);
            _submissions[index] = _submissions[index] with { State = state, Since = time.GetUtcNow() };
        }
    }

    public Task<ScheduledJob?> FindUnfinishedAsync(ScheduleRecord schedule, CancellationToken cancellationToken)
        => Task.FromResult(All.Where(job => job.Schedule == schedule.Name && job.State is JobState.Queued or JobState.Running or JobState.Paused)
            .Select(job => new ScheduledJob(job.JobId, job.State, job.Since)).FirstOrDefault());

    public Task<string?> FindLatestSuccessAsync(ScheduleRecord schedule, CancellationToken cancellationToken)
        => Task.FromResult(All.LastOrDefault(job => job.Schedule == schedule.Name && job.State == JobState.Succeeded)?.JobId);

    public Task<string> SubmitAsync(ScheduleRecord schedule, string requestId, string startFrom, CancellationToken cancellationToken)
    {
        Before(requestId);
        Submission job;
        lock (_lock)
        {
            job = _submissions.FirstOrDefault(known => known.RequestId == requestId)
                ?? new Submission(schedule.Name, requestId, $"job-{_submissions.Count + 1}", startFrom, JobState.Queued, time.GetUtcNow());
            if (!_submissions.Contains(job))
            {
                _submissions.Add(job);
            }
        }

        After();
        return Task.FromResult(job.JobId);
    }
}
