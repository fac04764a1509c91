using System.Collections.Immutable;
using S2M.Coordinator.Checkpoints;

namespace S2M.Coordinator.Tests.Checkpoints;

/// <summary>A loop of a job, as far as its checkpoints are concerned: it looks for the newest one, then publishes one after the other.</summary>
/// <param name="Epoch">Its epoch.</param>
/// <param name="Until">The step of its last checkpoint.</param>
internal sealed record PublisherLoop(long Epoch, int Until)
{
    /// <summary>The checkpoint in question.</summary>
    internal int Step { get; init; }

    /// <summary>How far its publication is; null while the loop looks for the one to go on from.</summary>
    internal CheckpointPublication? Publication { get; init; }

    /// <summary>What is being done, and how much of it is.</summary>
    internal (PublicationEffect? Effect, int Done) Doing { get; init; }

    /// <summary>The rows that it has read; null where it has read none.</summary>
    internal ImmutableSortedSet<(long Epoch, int Step)>? Rows { get; init; }

    internal ImmutableArray<(long Epoch, int Step)> Old { get; init; } = [];

    internal ImmutableArray<(long Epoch, int Step)> Lost { get; init; } = [];

    internal bool IsAskedToStop { get; init; }

    /// <summary>Whether it publishes what it has, because it stops.</summary>
    internal bool IsLast { get; init; }

    internal (long Epoch, int Step) Checkpoint => (Epoch, Step);

    internal IEnumerable<(long Epoch, int Step)> Going => Old.Concat(Lost);

    /// <summary>Whether the pointer is still to name what it writes.</summary>
    internal bool IsInFlight => Publication?.Phase is PublicationPhase.WritingFiles or PublicationPhase.FlushingRows or PublicationPhase.MovingPointer;

    public override string ToString()
    {
        string publication = Publication is { } state ? $"{state.Phase}{(state.Pause > TimeSpan.Zero ? "Waits" : string.Empty)}{state.IsStopping}{state.IsFirst}" : "looks";
        string rows = Rows is null ? "unread" : string.Join(',', Rows);
        return $"{Epoch}:{Step}/{Until} {publication} {Doing} {rows} {string.Join(',', Old)} {string.Join(',', Lost)} {IsAskedToStop}{IsLast}";
    }
}

/// <summary>How often what may go wrong still may.</summary>
internal sealed record PublisherFaults(int Takeovers = 0, int Crashes = 0, int Away = 0, int Broken = 0, int Stops = 0, int Damages = 0)
{
    public override string ToString() => $"{Takeovers}{Crashes}{Away}{Broken}{Stops}{Damages}";
}
