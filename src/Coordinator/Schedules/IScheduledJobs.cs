using S2M.Coordinator.Jobs;

namespace S2M.Coordinator.Schedules;

/// <summary>A schedule's job.</summary>
/// <param name="JobId">Its identifier.</param>
/// <param name="State">What it is.</param>
/// <param name="Since">Since when.</param>
public sealed record ScheduledJob(string JobId, JobState State, DateTimeOffset Since);

/// <summary>
/// The jobs as schedules see them. A schedule's jobs are those of its namespace that name it and were submitted after it was made: the jobs of a removed schedule of
/// the same name are not its own.
/// </summary>
public interface IScheduledJobs
{
    /// <summary>A job of the schedule that is Queued, Running or Paused, or null. A failed or stopped job that somebody resumed counts.</summary>
    Task<ScheduledJob?> FindUnfinishedAsync(ScheduleRecord schedule, CancellationToken cancellationToken);

    /// <summary>The newest job of the schedule that succeeded, or null.</summary>
    Task<string?> FindLatestSuccessAsync(ScheduleRecord schedule, CancellationToken cancellationToken);

    /// <summary>Submits the schedule's job file. The same request again gives the job that is there.</summary>
    /// <param name="schedule">The schedule: file, labels, actor, namespace.</param>
    /// <param name="requestId">A UUID, the same for the same due time.</param>
    /// <param name="startFrom">The job whose last checkpoint it starts from; empty for a fresh network.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The job's identifier.</returns>
    /// <exception cref="CoordinatorException">The job cannot be submitted, and could not be if it were tried again.</exception>
    /// <exception cref="S2M.Specification.SpecificationException">The job file is none.</exception>
    Task<string> SubmitAsync(ScheduleRecord schedule, string requestId, string startFrom, CancellationToken cancellationToken);
}
