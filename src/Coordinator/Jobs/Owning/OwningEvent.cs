namespace S2M.Coordinator.Jobs.Owning;

/// <summary>What a turn of a job's owner begins with, and what it hears afterwards: an answer to each <see cref="OwningEffect"/>.</summary>
internal abstract record OwningEvent
{
    private OwningEvent()
    {
    }

    /// <summary>A turn: do what the job's state asks for.</summary>
    internal sealed record Ensure : OwningEvent;

    /// <summary>A turn: obey a user.</summary>
    internal sealed record Command(JobCommand Asked, string Actor, string Reason) : OwningEvent;

    /// <summary>A turn, the last one: the activation ends, and its loop with it.</summary>
    internal sealed record Deactivating : OwningEvent;

    /// <summary>The row was read.</summary>
    /// <param name="Row">The job; null where it is not there.</param>
    /// <param name="Loop">The epoch of the loop that runs at this silo; null where none does.</param>
    /// <param name="AcceptsNew">Whether this silo starts loops; not once its host stops.</param>
    internal sealed record Looked(JobRecord? Row, long? Loop, bool AcceptsNew) : OwningEvent;

    /// <summary>The directory lent workers, or none.</summary>
    /// <param name="Workers">Their names, in words; empty where there is none.</param>
    /// <param name="WaitsFor">Why there is none.</param>
    internal sealed record Lent(string Workers, string WaitsFor) : OwningEvent;

    /// <summary>Whether the row's state was changed.</summary>
    internal sealed record Moved(bool Was) : OwningEvent;

    /// <summary>Whether the silo that was asked about lives.</summary>
    internal sealed record Heard(bool IsAlive) : OwningEvent;

    /// <summary>The epoch that was begun; null where the row had another epoch or state.</summary>
    internal sealed record Begun(long? Epoch) : OwningEvent;

    /// <summary>What has no other answer is done.</summary>
    internal sealed record Done : OwningEvent;
}
