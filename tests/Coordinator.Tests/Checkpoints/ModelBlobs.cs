using System.Collections.Immutable;

namespace S2M.Coordinator.Tests.Checkpoints;

/// <summary>What lies at a place: whose files and whose manifest. Loops' bits are told apart, as if no two of them gave the same.</summary>
/// <param name="FilesOf">The epoch of the loop that wrote the files.</param>
/// <param name="HasAllFiles">Whether they are all there.</param>
/// <param name="ManifestOf">The epoch of the loop that wrote the manifest; null where there is none.</param>
internal sealed record ModelBlob(long FilesOf, bool HasAllFiles, long? ManifestOf)
{
    /// <summary>Whether the disk has changed what was written.</summary>
    internal bool IsDamaged { get; init; }

    /// <summary>Whether the manifest verifies.</summary>
    internal bool IsWhole => HasAllFiles && !IsDamaged && ManifestOf == FilesOf;

    public override string ToString() => $"{FilesOf}{(HasAllFiles ? "all" : "half")}{(IsDamaged ? "damaged" : string.Empty)}/{ManifestOf}";
}

/// <summary>A store of checkpoints as a value, in the steps between which a process can die: what <c>ICheckpointBlobs</c> promises and no more.</summary>
internal sealed record ModelBlobs
{
    /// <summary>By epoch and step of their places.</summary>
    internal ImmutableSortedDictionary<(long Epoch, int Step), ModelBlob> All { get; init; } = ImmutableSortedDictionary<(long Epoch, int Step), ModelBlob>.Empty;

    /// <summary>Broken: the same checkpoint again is written over what is there.</summary>
    internal bool WritesOver { get; init; }

    internal ModelBlob? At((long Epoch, int Step) place) => All.GetValueOrDefault(place);

    /// <summary>Half of the files; the manifest over other ones goes first. The same checkpoint again changes nothing.</summary>
    internal ModelBlobs Begin((long Epoch, int Step) place, long epoch)
        => !WritesOver && IsThere(place, epoch) ? this : Put(place, new ModelBlob(epoch, HasAllFiles: false, ManifestOf: null));

    /// <summary>The other half, then the manifest. Whoever removed the first half meanwhile has left the second one alone.</summary>
    internal ModelBlobs End((long Epoch, int Step) place, long epoch)
    {
        bool isFirstHalfThere = At(place) is { IsDamaged: false, ManifestOf: null } half && half.FilesOf == epoch;
        return IsThere(place, epoch) ? this : Put(place, new ModelBlob(epoch, isFirstHalfThere, epoch));
    }

    /// <summary>What a failed write takes away of itself, where it can.</summary>
    internal ModelBlobs CleanUp((long Epoch, int Step) place) => At(place) is { ManifestOf: null } ? Remove(place) : this;

    internal ModelBlobs RemoveManifest((long Epoch, int Step) place) => At(place) is { } there ? Put(place, there with { ManifestOf = null }) : this;

    internal ModelBlobs Remove((long Epoch, int Step) place) => this with { All = All.Remove(place) };

    internal ModelBlobs Damage((long Epoch, int Step) place) => Put(place, All[place] with { IsDamaged = true });

    public override string ToString() => string.Join(',', All.Select(pair => $"{pair.Key.Epoch}.{pair.Key.Step}:{pair.Value}"));

    private bool IsThere((long Epoch, int Step) place, long epoch) => At(place) is { IsWhole: true } there && there.FilesOf == epoch;

    private ModelBlobs Put((long Epoch, int Step) place, ModelBlob blob) => this with { All = All.SetItem(place, blob) };
}
