namespace S2M.Coordinator.Jobs.Owning;

/// <summary>
/// What a job's owner does, as a function of where its turn is and of the answer that came. Two owners may be at work at once, each with a row that is old: whatever
/// they decide goes through a compare-and-swap, and a loop is started only after the one that raised the epoch. <see cref="JobGrain"/> does what it says.
/// </summary>
/// <param name="jobId">The job.</param>
/// <param name="self">This silo, as rows name it.</param>
internal sealed class OwnerTransitions(string jobId, string self)
{
    private const string Service = "coordinator";

    /// <summary>Whether a loop is the one that a row asks for. Once it is not it never will be again: it must end, whoever moved the job and whether or not it was told.</summary>
    /// <param name="row">The row.</param>
    /// <param name="epoch">The loop's epoch.</param>
    internal static bool Keeps(JobRecord row, long epoch) => row.State == JobState.Running && row.Epoch == epoch && row.Owner.Length > 0;

    /// <summary>Begins a turn.</summary>
    /// <param name="turn">Ensure, Command or Deactivating.</param>
    internal static OwningState Begin(OwningEvent turn) => new(turn, null, turn is OwningEvent.Deactivating ? new OwningEffect.Stop() : new OwningEffect.Look());

    /// <summary>Takes the answer in to what is under way.</summary>
    internal OwningState Next(OwningState state, OwningEvent answer)
    {
        OwningState heard = answer is OwningEvent.Looked looked ? state with { Row = looked.Row } : state;
        return heard with
        {
            Doing = state.Turn switch
            {
                OwningEvent.Ensure => Ensure(heard, answer),
                OwningEvent.Command command => Obey(command, heard, answer),
                _ => Over(),
            },
        };
    }

    private static OwningEffect.End Over(AfterTurn after = AfterTurn.Stay) => new(null, after);

    private OwningEffect Ensure(OwningState state, OwningEvent answer) => (state.Doing, answer) switch
    {
        (OwningEffect.Look, OwningEvent.Looked looked) => Decide(looked),
        (OwningEffect.Borrow, OwningEvent.Lent { Workers.Length: 0 } none) => new OwningEffect.SayWait(state.Row!.Epoch, none.WaitsFor),
        (OwningEffect.Borrow, OwningEvent.Lent lent) => new OwningEffect.Move(JobState.Queued, JobState.Running, $"workers: {lent.Workers}", Service),
        (OwningEffect.Move, OwningEvent.Moved { Was: true }) => new OwningEffect.Look(),
        (OwningEffect.AskOwner, OwningEvent.Heard { IsAlive: true }) => Over(AfterTurn.GoToOwner),
        (OwningEffect.AskOwner, _) => new OwningEffect.BeginEpoch(state.Row!.Epoch),
        (OwningEffect.BeginEpoch, OwningEvent.Begun { Epoch: { } epoch }) => new OwningEffect.Start(epoch),
        (OwningEffect.Start, _) => Over(AfterTurn.KeepLoop),

        // Somebody was faster, or the job waits: it is looked at again in a moment.
        _ => Over(),
    };

    private OwningEffect Decide(OwningEvent.Looked looked) => looked switch
    {
        { Row: null } => Over(),

        // One that the row does not ask for any more ends by itself, and then the next one begins.
        { Loop: not null } => Over(AfterTurn.KeepLoop),
        { AcceptsNew: false } => Over(),
        { Row.State: JobState.Queued } => new OwningEffect.Borrow(),
        { Row: { State: JobState.Running, Owner: var owner, Epoch: var epoch } }
            => owner.Length > 0 && owner != self ? new OwningEffect.AskOwner(owner) : new OwningEffect.BeginEpoch(epoch),
        _ => Over(),
    };

    private OwningEffect Obey(OwningEvent.Command command, OwningState state, OwningEvent answer) => (state.Doing, answer) switch
    {
        (OwningEffect.Look, OwningEvent.Looked { Row: null }) => new OwningEffect.End($"expected a job, got '{jobId}', which is not there", AfterTurn.Stay),
        (OwningEffect.Look, OwningEvent.Looked { Row: { } row }) => JobTransitions.Next(row.State, command.Asked) switch
        {
            null => new OwningEffect.End(JobTransitions.Refusal(row.State, command.Asked), AfterTurn.Stay),
            { } same when same == row.State => Act(same),
            { } next => new OwningEffect.Move(row.State, next, command.Reason, command.Actor),
        },

        // The state may change by itself (a loop ends) between reading and writing.
        (OwningEffect.Move, OwningEvent.Moved { Was: false }) => new OwningEffect.Look(),
        (OwningEffect.Move move, _) => new OwningEffect.Note($"{move.To.ToString().ToLowerInvariant()} by {command.Actor}: {command.Reason}"),
        (OwningEffect.Note, _) => Act(JobTransitions.Next(state.Row!.State, command.Asked)!.Value),
        (OwningEffect.Stop, _) => new OwningEffect.Return(),
        _ => Over(),
    };

    private static OwningEffect Act(JobState next) => JobTransitions.IsActive(next) ? Over() : new OwningEffect.Stop();
}
