namespace S2M.Coordinator.Checkpoints;

/// <summary>How far the publication of a checkpoint is. Files come before rows, and rows before the pointer that makes them count.</summary>
internal enum PublicationPhase
{
    /// <summary>Nothing is asked for yet.</summary>
    Idle,

    /// <summary>Files, then the manifest.</summary>
    WritingFiles,

    /// <summary>The rows of all that happened before.</summary>
    FlushingRows,

    /// <summary>The job's pointer, by compare-and-swap on the epoch.</summary>
    MovingPointer,

    /// <summary>Which checkpoints are not kept any more; this one counts already.</summary>
    FindingOld,

    /// <summary>What earlier loops left that no row names; for a loop's first checkpoint alone.</summary>
    FindingLost,

    /// <summary>The rows of what goes, by compare-and-swap on the epoch.</summary>
    ForgettingOld,

    /// <summary>The files of what goes.</summary>
    RemovingOld,

    /// <summary>Over: the checkpoint counts.</summary>
    Published,

    /// <summary>Over: another loop has the job.</summary>
    Lost,

    /// <summary>Over: it cannot be published.</summary>
    Failed,
}

/// <summary>What happened to a publication.</summary>
internal enum PublicationEvent
{
    /// <summary>It is to begin.</summary>
    Asked,

    /// <summary>What was to be done is done.</summary>
    Done,

    /// <summary>The store or the database does not answer.</summary>
    Away,

    /// <summary>The row has another epoch.</summary>
    Refused,

    /// <summary>It failed, and would again.</summary>
    Broken,

    /// <summary>A pause is over.</summary>
    PauseOver,

    /// <summary>The loop stops: what does not answer now is not waited for.</summary>
    StopAsked,
}

/// <summary>What is to be done next.</summary>
internal enum PublicationEffect
{
    /// <summary>Write files and manifest.</summary>
    WriteFiles,

    /// <summary>Write the rows of all that happened before.</summary>
    FlushRows,

    /// <summary>Move the pointer.</summary>
    MovePointer,

    /// <summary>Read the rows and choose those that are not kept.</summary>
    FindOld,

    /// <summary>Look what lies in the store and choose what no row can name.</summary>
    FindLost,

    /// <summary>Remove the rows that were chosen, where the job is still the loop's: nothing that was chosen is removed otherwise.</summary>
    ForgetOld,

    /// <summary>Remove the files of all that was chosen.</summary>
    RemoveOld,

    /// <summary>Say what is waited for, or that nothing is.</summary>
    Say,

    /// <summary>Wait for <see cref="CheckpointPublication.Pause"/>.</summary>
    Pause,

    /// <summary>Tell that old checkpoints were not removed.</summary>
    Warn,
}

/// <summary>The protocol of one publication as a function from state and event to state and effects; it knows no clock, no store and no database.</summary>
/// <param name="Phase">How far it is.</param>
/// <param name="Pause">The pause that it waits for before it tries its phase again; zero where it does not wait.</param>
/// <param name="IsStopping">Whether the loop stops.</param>
/// <param name="IsFirst">Whether it is the loop's first, behind which goes what earlier loops left.</param>
internal sealed record CheckpointPublication(PublicationPhase Phase, TimeSpan Pause, bool IsStopping, bool IsFirst)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>The state before anything is asked for.</summary>
    internal static CheckpointPublication Idle { get; } = new(PublicationPhase.Idle, TimeSpan.Zero, IsStopping: false, IsFirst: false);

    /// <summary>Whether nothing can happen any more.</summary>
    internal bool IsOver => Phase is PublicationPhase.Published or PublicationPhase.Lost or PublicationPhase.Failed;

    /// <summary>How long the last pause was; the next one is twice as long, up to a limit.</summary>
    private TimeSpan LastPause { get; init; }

    /// <summary>Whether it was said that something is waited for.</summary>
    private bool HasSaid { get; init; }

    private bool IsWaiting => Pause > TimeSpan.Zero;

    private bool IsWorking => !IsOver && !IsWaiting && Phase != PublicationPhase.Idle;

    /// <summary>Whether the checkpoint counts, and only others are still to go.</summary>
    private bool IsTidying => IsWorking && Phase >= PublicationPhase.FindingOld;

    private PublicationPhase Following => Phase == PublicationPhase.FindingOld && !IsFirst ? PublicationPhase.ForgettingOld : Phase + 1;

    /// <summary>What an event makes of this; an event that the state does not wait for changes nothing.</summary>
    /// <param name="happened">The event.</param>
    /// <returns>The next state, and what is to be done, in this order.</returns>
    internal (CheckpointPublication Next, IReadOnlyList<PublicationEffect> Effects) On(PublicationEvent happened) => happened switch
    {
        PublicationEvent.Asked when Phase == PublicationPhase.Idle => Begin(PublicationPhase.WritingFiles),
        PublicationEvent.Done when IsWorking => Begin(Following),
        PublicationEvent.Away or PublicationEvent.Broken or PublicationEvent.Refused when IsTidying =>
            (this with { Phase = PublicationPhase.Published }, [PublicationEffect.Warn]),
        PublicationEvent.Refused when IsWorking => End(PublicationPhase.Lost),
        PublicationEvent.Away when IsWorking && !IsStopping => Wait(),
        PublicationEvent.Away or PublicationEvent.Broken when IsWorking => End(PublicationPhase.Failed),
        PublicationEvent.PauseOver when IsWaiting => (this with { Pause = TimeSpan.Zero }, [EffectOf(Phase)]),
        PublicationEvent.StopAsked when IsWaiting => (this with { Pause = TimeSpan.Zero, IsStopping = true }, [EffectOf(Phase)]),
        PublicationEvent.StopAsked when !IsOver => (this with { IsStopping = true }, []),
        _ => (this, []),
    };

    private (CheckpointPublication Next, IReadOnlyList<PublicationEffect> Effects) Begin(PublicationPhase phase)
    {
        IEnumerable<PublicationEffect> said = HasSaid ? [PublicationEffect.Say] : [];
        IEnumerable<PublicationEffect> work = phase == PublicationPhase.Published ? [] : [EffectOf(phase)];
        return (this with { Phase = phase, LastPause = TimeSpan.Zero, HasSaid = false }, [.. said, .. work]);
    }

    private (CheckpointPublication Next, IReadOnlyList<PublicationEffect> Effects) Wait()
    {
        TimeSpan pause = LastPause == TimeSpan.Zero ? First : LastPause * 2 < Longest ? LastPause * 2 : Longest;
        return (this with { Pause = pause, LastPause = pause, HasSaid = true }, [PublicationEffect.Say, PublicationEffect.Pause]);
    }

    private (CheckpointPublication Next, IReadOnlyList<PublicationEffect> Effects) End(PublicationPhase phase)
        => (this with { Phase = phase, HasSaid = false }, HasSaid ? [PublicationEffect.Say] : []);

    private static PublicationEffect EffectOf(PublicationPhase phase) => phase switch
    {
        PublicationPhase.WritingFiles => PublicationEffect.WriteFiles,
        PublicationPhase.FlushingRows => PublicationEffect.FlushRows,
        PublicationPhase.MovingPointer => PublicationEffect.MovePointer,
        PublicationPhase.FindingOld => PublicationEffect.FindOld,
        PublicationPhase.FindingLost => PublicationEffect.FindLost,
        PublicationPhase.ForgettingOld => PublicationEffect.ForgetOld,
        _ => PublicationEffect.RemoveOld,
    };
}
