using S2M.Coordinator.Diagnostics;
using S2M.Coordinator.Jobs.Owning;
using S2M.Coordinator.Membership;
using S2M.Coordinator.Workers;

namespace S2M.Coordinator.Jobs;

/// <inheritdoc cref="IJobGrain"/>
[JobPlacement]
internal sealed class JobGrain(JobServices services, JobRuns runs, Silos silos) : Grain, IJobGrain
{
    private string Id => this.GetPrimaryKeyString();

    private IWorkerDirectoryGrain Directory => GrainFactory.GetGrain<IWorkerDirectoryGrain>(0);

    /// <inheritdoc/>
    public Task EnsureAsync() => TurnAsync(new OwningEvent.Ensure());

    /// <inheritdoc/>
    public Task<string?> CommandAsync(JobCommand command, string actor, string reason) => TurnAsync(new OwningEvent.Command(command, actor, reason));

    /// <inheritdoc/>
    public Task<JobLife> LifeAsync() => Task.FromResult(runs.Find(Id) is { } run ? new JobLife(run.Progress, run.Workers) : new JobLife(null, 0));

    /// <summary>The loop ends with its activation, with a checkpoint.</summary>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => TurnAsync(new OwningEvent.Deactivating());

    /// <summary>Does what <see cref="OwnerTransitions"/> says until the turn is over.</summary>
    /// <returns>Why a command is not obeyed.</returns>
    private async Task<string?> TurnAsync(OwningEvent asked)
    {
        var owner = new OwnerTransitions(Id, silos.Self);
        OwningState state = OwnerTransitions.Begin(asked);
        while (!state.IsOver)
        {
            state = owner.Next(state, await DoAsync(state.Doing, state.Row));
        }

        var end = (OwningEffect.End)state.Doing;
        switch (end.After)
        {
            case AfterTurn.KeepLoop:
                DelayDeactivation(TimeSpan.FromMinutes(10));
                break;
            case AfterTurn.GoToOwner:
                DeactivateOnIdle();
                break;
        }

        return end.Refusal;
    }

    private async Task<OwningEvent> DoAsync(OwningEffect effect, JobRecord? row)
    {
        DateTimeOffset now = services.Time.GetUtcNow();
        switch (effect)
        {
            case OwningEffect.Look:
                JobRecord? read = await services.Store.FindAsync(Id, CancellationToken.None);
                return new OwningEvent.Looked(read, runs.Find(Id)?.Epoch, runs.AcceptsNew);
            case OwningEffect.Borrow:
                Loan loan = await Directory.BorrowAsync(new Borrower(Id, row!.SubmittedAt, row.NumericContract, []));
                return new OwningEvent.Lent(string.Join(", ", loan.Workers.Select(worker => worker.Id)), loan.WaitsFor);
            case OwningEffect.Move move:
                return new OwningEvent.Moved(await MoveAsync(move, row!, now));
            case OwningEffect.AskOwner ask:
                return new OwningEvent.Heard(await silos.IsAliveAsync(ask.Silo));
            case OwningEffect.BeginEpoch begin:
                return new OwningEvent.Begun(await services.Store.BeginEpochAsync(Id, begin.Epoch, silos.Self, now, CancellationToken.None));
            case OwningEffect.SayWait wait:
                await services.Store.SetWaitAsync(Id, wait.Epoch, wait.WaitsFor, now, CancellationToken.None);
                break;
            case OwningEffect.Note note:
                var line = new JobLogLine(0, string.Empty, now, JobLogLevel.Info, row!.Step, note.Message);
                await services.History.AddLineAsync(Id, line, CancellationToken.None);
                break;
            case OwningEffect.Start start:
                // Read again: until the epoch was raised, the loop before could pin what this one must keep to.
                JobRecord begun = await services.Store.FindAsync(Id, CancellationToken.None) ?? row!;
                runs.Start(new JobRun(begun, start.Epoch, Directory, services) { OwnerBefore = row!.Owner }, Id);
                break;
            case OwningEffect.Stop:
                await runs.StopAsync(Id);
                break;
            case OwningEffect.Return:
                await Directory.ReturnAsync(Id);
                break;
        }

        return new OwningEvent.Done();
    }

    private async Task<bool> MoveAsync(OwningEffect.Move move, JobRecord row, DateTimeOffset now)
    {
        if (!await services.Store.MoveAsync(Id, move.From, move.To, move.Reason, move.Actor, now, CancellationToken.None))
        {
            return false;
        }

        CoordinatorInstruments.Moved(move.To.ToString());
        if (move is { From: JobState.Queued, To: JobState.Running })
        {
            CoordinatorInstruments.Left(row, now);
        }

        return true;
    }
}
