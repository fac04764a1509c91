namespace S2M.Coordinator.Jobs.Owning;

/// <summary>What becomes of the activation after a turn.</summary>
internal enum AfterTurn
{
    /// <summary>It stays as long as activations stay.</summary>
    Stay,

    /// <summary>It stays longer: it would take its loop with it.</summary>
    KeepLoop,

    /// <summary>It ends, so that the job comes up at the silo that has its loop.</summary>
    GoToOwner,
}

/// <summary>What a job's owner does next: one thing at a time, whose answer it waits for.</summary>
internal abstract record OwningEffect
{
    private OwningEffect()
    {
    }

    /// <summary>Read the row, and then see what runs here. Heard as <see cref="OwningEvent.Looked"/>.</summary>
    internal sealed record Look : OwningEffect;

    /// <summary>Ask the directory for workers. Heard as <see cref="OwningEvent.Lent"/>.</summary>
    internal sealed record Borrow : OwningEffect;

    /// <summary>Say what the job waits for.</summary>
    internal sealed record SayWait(long Epoch, string WaitsFor) : OwningEffect;

    /// <summary>Change the state by compare-and-swap. Heard as <see cref="OwningEvent.Moved"/>.</summary>
    internal sealed record Move(JobState From, JobState To, string Reason, string Actor) : OwningEffect;

    /// <summary>Write a line into the job's log.</summary>
    internal sealed record Note(string Message) : OwningEffect;

    /// <summary>Ask whether a silo lives. Heard as <see cref="OwningEvent.Heard"/>.</summary>
    internal sealed record AskOwner(string Silo) : OwningEffect;

    /// <summary>Begin the next epoch by compare-and-swap. Heard as <see cref="OwningEvent.Begun"/>.</summary>
    internal sealed record BeginEpoch(long Epoch) : OwningEffect;

    /// <summary>Start the loop of an epoch.</summary>
    internal sealed record Start(long Epoch) : OwningEffect;

    /// <summary>Stop the loop that runs here, if one does, and wait for its end.</summary>
    internal sealed record Stop : OwningEffect;

    /// <summary>Give the job's workers back.</summary>
    internal sealed record Return : OwningEffect;

    /// <summary>The turn is over.</summary>
    /// <param name="Refusal">Why a command is not obeyed; null where all is well.</param>
    /// <param name="After">What becomes of the activation.</param>
    internal sealed record End(string? Refusal, AfterTurn After) : OwningEffect;
}
