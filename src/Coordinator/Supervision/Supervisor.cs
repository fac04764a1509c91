using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Schedules;

namespace S2M.Coordinator.Supervision;

/// <summary>
/// Looks every two seconds for work that nobody does: jobs that are queued or have lost their loop, schedules that are due. What starts, restarts and fails over.
/// </summary>
/// <param name="grains">The jobs' owners.</param>
/// <param name="store">The jobs' rows.</param>
/// <param name="schedules">Fires what is due.</param>
/// <param name="wake">Ends the wait before its time.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told when looking fails and works again.</param>
internal sealed class Supervisor(IGrainFactory grains, IJobStore store, ScheduleRunner schedules, WakeCall wake, TimeProvider time, ILogger<Supervisor> logger) : BackgroundService
{
    private const int Most = 10_000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly JobFilter Active = new(null, [JobState.Queued, JobState.Running], new Dictionary<string, string>(StringComparer.Ordinal), Most);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        bool fails = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LookAsync(stoppingToken);
                if (fails)
                {
                    SupervisorLog.Recovered(logger);
                }

                fails = false;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever goes wrong in one round, the next one must come: it is what restarts everything else.
            catch (Exception problem)
#pragma warning restore CA1031
            {
                if (!fails)
                {
                    SupervisorLog.Failed(logger, problem);
                }

                fails = true;
            }

            await wake.WaitAsync(Interval, time, stoppingToken);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<JobRecord> jobs = await store.ListAsync(Active, cancellationToken);

        // The oldest first: it has the first claim on a free worker. One that fails or takes long keeps no other waiting.
        await Task.WhenAll(jobs.Reverse().Select(job => EnsureAsync(job.Job.Id)).Append(FireAsync(cancellationToken)));
    }

    private async Task EnsureAsync(string jobId)
    {
        try
        {
            await grains.GetGrain<IJobGrain>(jobId).EnsureAsync();
        }
#pragma warning disable CA1031 // One job's trouble is its own: it is looked at again in two seconds.
        catch (Exception problem)
#pragma warning restore CA1031
        {
            SupervisorLog.JobFailed(logger, jobId, problem.Message);
        }
    }

    private async Task FireAsync(CancellationToken cancellationToken)
    {
        try
        {
            await schedules.FireDueAsync(cancellationToken);
        }
        catch (Exception problem) when (!cancellationToken.IsCancellationRequested)
        {
            SupervisorLog.SchedulesFailed(logger, problem.Message);
        }
    }
}
