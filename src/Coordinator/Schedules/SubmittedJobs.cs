using Grpc.Core;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Services;

namespace S2M.Coordinator.Schedules;

/// <summary>The jobs that schedules submit, as rows.</summary>
/// <param name="store">The rows.</param>
/// <param name="submission">The door.</param>
internal sealed class SubmittedJobs(IJobStore store, JobSubmission submission) : IScheduledJobs
{
    private const int Most = 1000;
    private static readonly Dictionary<string, string> AnyLabels = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task<ScheduledJob?> FindUnfinishedAsync(ScheduleRecord schedule, CancellationToken cancellationToken)
        => await FindAsync(
            schedule, [JobState.Queued, JobState.Running, JobState.Paused], cancellationToken) is { } job ? new ScheduledJob(job.Job.Id, job.State, job.Since) : null;

    /// <inheritdoc/>
    public async Task<string?> FindLatestSuccessAsync(ScheduleRecord schedule, CancellationToken cancellationToken)
        => (await FindAsync(schedule, [JobState.Succeeded], cancellationToken))?.Job.Id;

    /// <inheritdoc/>
    public async Task<string> SubmitAsync(ScheduleRecord schedule, string requestId, string startFrom, CancellationToken cancellationToken)
    {
        try
        {
            return (await submission.SubmitAsync(
                schedule.JobFile, schedule.Namespace, requestId, schedule.Actor, schedule.Labels, startFrom, schedule.Name, cancellationToken)).Job.Id;
        }
        catch (RpcException problem) when (problem.StatusCode == StatusCode.InvalidArgument)
        {
            // The door's own words; trying again would not change them.
            throw new CoordinatorException(problem.Status.Detail, problem);
        }
    }

    // Newest first, page by page: a namespace may have many other jobs.
    private async Task<JobRecord?> FindAsync(ScheduleRecord schedule, JobState[] states, CancellationToken cancellationToken)
    {
        string? before = null;
        while (true)
        {
            IReadOnlyList<JobRecord> page = await store.ListAsync(new JobFilter(schedule.Namespace, states, AnyLabels, Most, before), cancellationToken);
            JobRecord? found = page.FirstOrDefault(job => job.Job.Schedule == schedule.Name && job.SubmittedAt >= schedule.CreatedAt);
            if (found is not null || page.Count < Most)
            {
                return found;
            }

            before = page[^1].Job.Id;
        }
    }
}
