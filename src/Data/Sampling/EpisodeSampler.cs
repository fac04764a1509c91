using S2M.Data.Catalogs;
using S2M.Numerics.Randomness;

namespace S2M.Data.Sampling;

/// <summary>
/// Draws episodes by address. The stream is Philox with the job's seed as its key, purpose <c>Episode + 256 phase</c>, a = step and b = index:
/// nothing carries over between episodes, so any of them can be drawn alone. First the concepts are chosen, then each one's images in turn. A polysemous concept is
/// the union of several, which are chosen anew for every episode: no embedding can learn to merge them.
/// </summary>
public sealed class EpisodeSampler
{
    private static readonly int[] OneMode = [1];
    private readonly ConceptCatalog _catalog;
    private readonly IReadOnlyList<ImageClass> _classes;
    private readonly ImageClass _smallest;

    /// <summary>Makes a sampler. Safe for concurrent use.</summary>
    /// <param name="catalog">The concepts to draw from.</param>
    /// <param name="classes">The classes of the data set.</param>
    public EpisodeSampler(ConceptCatalog catalog, IReadOnlyList<ImageClass> classes)
    {
        _catalog = catalog;
        _classes = classes;
        _smallest = catalog.Part.Select(index => classes[index]).MinBy(static imageClass => imageClass.Count)!;
    }

    /// <summary>Draws distinct concepts and distinct images of each; all groups share the pool.</summary>
    /// <param name="address">Where the randomness comes from.</param>
    /// <param name="classes">Concepts of the episode, at least 1.</param>
    /// <param name="imagesPerClass">Images of each concept, at least 2.</param>
    /// <param name="groups">The roles of the images in each group, at least one group.</param>
    /// <param name="modeWeights">
    /// The weight of each mode, above 0: a concept is the union of so many of the catalog, and its images are divided by the weights, in turn; absent for one mode.
    /// </param>
    /// <exception cref="DataException">There are too few concepts, a class has too few images, roles overlap or leave the range, or a support lacks a mode.</exception>
    public Episode SampleTraining(
        EpisodeAddress address, int classes, int imagesPerClass, IReadOnlyList<GroupRoles> groups, IReadOnlyList<int>? modeWeights = null)
    {
        ArgumentNullException.ThrowIfNull(groups);
        int[] modes = Check(address, classes, imagesPerClass, groups, modeWeights ?? OneMode);
        int[] counts = ModeOrder.Counts(modes, modeWeights?.Count ?? 1);
        uint purpose = RandomPurpose.Episode + ((uint)address.Phase << 8);
        var random = new PhiloxRandom(address.Seed, purpose, (uint)address.Step, (uint)address.Index);
        ConceptId[] concepts = [.. random.Choose(classes * counts.Length, _catalog.Count).Select(index => _catalog[index])];
        var pool = new PoolImage[classes * imagesPerClass];
        for (int c = 0; c < classes; c++)
        {
            PoolImage[][] ofModes = [.. concepts.Skip(c * counts.Length).Take(counts.Length).Zip(counts, (id, count) => Draw(random, _classes, id, count))];
            int[] used = new int[counts.Length];
            for (int i = 0; i < imagesPerClass; i++)
            {
                pool[(c * imagesPerClass) + i] = ofModes[modes[i]][used[modes[i]]++];
            }
        }

        return new Episode(address, pool, [.. groups.Select(Group)]);

        EpisodeGroup Group(GroupRoles roles) => new(
            [.. Enumerable.Range(0, classes).Select(c => new Concept(
                concepts[c * counts.Length],
                [.. Enumerable.Range((c * imagesPerClass) + roles.SupportFirst, roles.SupportCount)],
                [.. Enumerable.Range((c * imagesPerClass) + roles.QueryFirst, roles.QueryCount)]))],
            []);
    }

    /// <summary>Draws a classification episode: one group.</summary>
    /// <param name="address">Where the randomness comes from.</param>
    /// <param name="ways">Concepts, at least 1.</param>
    /// <param name="shots">Support images of each, at least 1.</param>
    /// <param name="queries">Query images of each, at least 1.</param>
    /// <exception cref="DataException">There are too few concepts or a class has too few images.</exception>
    public Episode SampleClassification(EpisodeAddress address, int ways, int shots, int queries) =>
        SampleTraining(address, ways, (int)Math.Min((long)shots + queries, int.MaxValue), [new GroupRoles(0, shots, shots, queries)]);

    /// <summary>Distinct images of a concept, in the order in which they are drawn.</summary>
    internal static PoolImage[] Draw(PhiloxRandom random, IReadOnlyList<ImageClass> classes, ConceptId id, int count)
    {
        ImageClass imageClass = classes[id.Class];
        return [.. random.Choose(count, imageClass.Count).Select(image => new PoolImage(imageClass.FirstImage + image, id.QuarterTurns))];
    }

    /// <returns>The mode of each of a concept's images.</returns>
    private int[] Check(EpisodeAddress address, int classes, int imagesPerClass, IReadOnlyList<GroupRoles> groups, IReadOnlyList<int> modeWeights)
    {
        if (address.Step < 0 || address.Index < 0)
        {
            throw new DataException($"episode: expected a step and an index of at least 0, got {address}; correct the address");
        }

        int most = _catalog.Count / modeWeights.Count;
        if (classes < 1 || classes > most)
        {
            string ofModes = modeWeights.Count > 1 ? $" of {modeWeights.Count} modes" : string.Empty;
            throw new DataException($"episode: expected 1 to {most} concepts{ofModes}, got {classes}; lower the number of classes or enlarge the part");
        }

        RequireImages((int)Math.Min(int.MaxValue, ((long)imagesPerClass + modeWeights.Count - 1) / modeWeights.Count));
        if (imagesPerClass < 2 || groups.Count == 0 || !groups.All(roles => Fits(roles, imagesPerClass)))
        {
            throw new DataException($"episode: expected groups of disjoint support and query positions within 0 to {imagesPerClass - 1}, got {string.Join(", ", groups)}; correct the groups");
        }

        int[] modes = ModeOrder.Of(imagesPerClass, modeWeights);
        RequireImages(ModeOrder.Counts(modes, modeWeights.Count).Max());

        // What has no image in the support cannot be found by it.
        if (groups.FirstOrDefault(roles => modes.AsSpan(roles.SupportFirst, roles.SupportCount).ToArray().Distinct().Count() < modeWeights.Count) is { } lacking)
        {
            throw new DataException($"episode: expected an image of each of {modeWeights.Count} modes in every support, got {lacking}; enlarge the support or lower the modes");
        }

        return modes;
    }

    private void RequireImages(int images)
    {
        if (images > _smallest.Count)
        {
            throw new DataException($"class '{_smallest.Name}': expected at least {images} images, got {_smallest.Count}; lower the images of a class or leave it out");
        }
    }

    private static bool Fits(GroupRoles roles, int images) =>
        roles.SupportFirst >= 0 && roles.SupportCount >= 1 && roles.SupportFirst <= images - roles.SupportCount
        && roles.QueryFirst >= 0 && roles.QueryCount >= 1 && roles.QueryFirst <= images - roles.QueryCount
        && (roles.SupportFirst + roles.SupportCount <= roles.QueryFirst || roles.QueryFirst + roles.QueryCount <= roles.SupportFirst);
}
