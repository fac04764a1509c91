using S2M.Data.Catalogs;

namespace S2M.Data.Sampling;

/// <summary>An image of the data set, turned: rotations are classes of their own on Omniglot.</summary>
/// <param name="Image">Index of the image in its data set.</param>
/// <param name="QuarterTurns">Counterclockwise quarter turns, 0 to 3.</param>
public readonly record struct PoolImage(int Image, int QuarterTurns);

/// <summary>A concept of a group: index lists into the episode's pool.</summary>
/// <param name="Id">Which class, in which rotation; of a union of several the first.</param>
/// <param name="Support">X: pool indices of the concept-defining images, at least one.</param>
/// <param name="Positives">Y+: pool indices of the relevant images, at least one; disjoint from <paramref name="Support"/>.</param>
public sealed record Concept(ConceptId Id, IReadOnlyList<int> Support, IReadOnlyList<int> Positives);

/// <summary>
/// Concepts that are scored against each other. The queries of a group, in order, are the positives of concept 0, of concept 1, ..., then the
/// distractors; a concept's negatives (Y-) are all queries that are not its positives.
/// </summary>
/// <param name="Concepts">The concepts, at least one.</param>
/// <param name="Distractors">Pool indices of images that are relevant to no concept of the group; may be empty.</param>
public sealed record EpisodeGroup(IReadOnlyList<Concept> Concepts, IReadOnlyList<int> Distractors)
{
    /// <summary>The support size of the group's concepts (all alike).</summary>
    public int Shots => Concepts[0].Support.Count;
}

/// <summary>One draw: a pool of images that is embedded as one batch, and groups of concepts with index lists into it.</summary>
/// <param name="Address">Where all of its randomness comes from.</param>
/// <param name="Pool">The images of the batch. Batch norm sees exactly these.</param>
/// <param name="Groups">Partitions of the pool; each group is one term of the loss, all with equal weight.</param>
public sealed record Episode(EpisodeAddress Address, IReadOnlyList<PoolImage> Pool, IReadOnlyList<EpisodeGroup> Groups);
