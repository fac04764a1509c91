using S2M.Coordinator.Diagnostics;
using S2M.Coordinator.Membership;
using S2M.Coordinator.Workers;

namespace S2M.Coordinator.Jobs;

/// <inheritdoc cref="IJobGrain"/>
[JobPlacement]
internal sealed class JobGrain(JobServices services, JobRuns runs, Silos silos) : Grain, IJobGrain
{
    private const string Service = "coordinator";

    private string Id => this.GetPrimaryKeyString();

    private IWorkerDirectoryGrain Directory => GrainFactory.GetGrain<IWorkerDirectoryGrain>(0);

    /// <inheritdoc/>
    public async Task EnsureAsync()
    {
        JobRecord? record = await services.Store.FindAsync(Id, CancellationToken.None);
        if (record is { State: JobState.Queued } && await TryLeaveQueueAsync(record))
        {
            record = await services.Store.FindAsync(Id, CancellationToken.None);
        }

        if (record is { State: JobState.Running } && !runs.IsRunning(Id) && runs.AcceptsNew)
        {
            if (record.Owner != silos.Self && await silos.IsAliveAsync(record.Owner))
            {
                // The loop's own silo lives: the job goes back to it.
                DeactivateOnIdle();
                return;
            }

            if (await services.Store.BeginEpochAsync(Id, record.Epoch, silos.Self, services.Time.GetUtcNow(), CancellationToken.None) is { } epoch)
            {
                runs.Start(new JobRun(record, epoch, Directory, services), Id);
            }
        }

        if (runs.IsRunning(Id))
        {
            // An activation that is collected would take its loop with it.
            DelayDeactivation(TimeSpan.FromMinutes(10));
        }
    }

    /// <inheritdoc/>
    public async Task<string?> CommandAsync(JobCommand command, string actor, string reason)
    {
        // The state may change by itself (a loop ends) between reading and writing: look again.
        while (await services.Store.FindAsync(Id, CancellationToken.None) is { } record)
        {
            if (JobTransitions.Next(record.State, command) is not { } next)
            {
                return JobTransitions.Refusal(record.State, command);
            }

            if (next == record.State || await services.Store.MoveAsync(Id, record.State, next, reason, actor, services.Time.GetUtcNow(), CancellationToken.None))
            {
                if (next != record.State)
                {
                    CoordinatorInstruments.Moved(next.ToString());
                    await services.History.AddLineAsync(
                        Id, new JobLogLine(
                            0,
                            string.Empty,
                            services.Time.GetUtcNow(),
                            JobLogLevel.Info,
                            record.Step,
                            $"{next.ToString().ToLowerInvariant()} by {actor}: {reason}"), CancellationToken.None);
                }

                if (!JobTransitions.IsActive(next))
                {
                    await runs.StopAsync(Id);
                    await Directory.ReturnAsync(Id);
                }

                return null;
            }
        }

        return $"expected a job, got '{Id}', which is not there";
    }

    /// <inheritdoc/>
    public Task<JobLife> LifeAsync() => Task.FromResult(runs.Find(Id) is { } run ? new JobLife(run.Progress, run.Workers) : new JobLife(null, 0));

    /// <summary>The loop ends with its activation, with a checkpoint.</summary>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => runs.StopAsync(Id);

    private async Task<bool> TryLeaveQueueAsync(JobRecord record)
    {
        Loan loan = await Directory.BorrowAsync(new Borrower(Id, record.SubmittedAt, record.NumericContract, []));
        DateTimeOffset now = services.Time.GetUtcNow();
        if (loan.Workers.Length == 0)
        {
            await services.Store.SetWaitAsync(Id, record.Epoch, loan.WaitsFor, now, CancellationToken.None);
            return false;
        }

        CoordinatorInstruments.Left(record, now);
        string workers = string.Join(", ", loan.Workers.Select(worker => worker.Id));
        bool moved = await services.Store.MoveAsync(Id, JobState.Queued, JobState.Running, $"workers: {workers}", Service, now, CancellationToken.None);
        if (moved)
        {
            CoordinatorInstruments.Moved(nameof(JobState.Running));
        }

        return moved;
    }
}
