using S2M.Data.Catalogs;
using S2M.Numerics.Randomness;

namespace S2M.Data.Sampling;

/// <summary>Draws episodes. Each follows from its address alone: no state carries over, any step can be drawn first.</summary>
public sealed class EpisodeSampler
{
    private readonly ConceptCatalog _catalog;

    /// <summary>Draws from a catalog.</summary>
    /// <param name="catalog">The concepts of the phase.</param>
    public EpisodeSampler(ConceptCatalog catalog) => _catalog = catalog;

    /// <summary>Draws a training episode: classes x images, divided into roles by each group in its own way.</summary>
    /// <param name="address">Where the randomness comes from.</param>
    /// <param name="classes">Concepts, at least 1.</param>
    /// <param name="imagesPerClass">Images of each, at least 2.</param>
    /// <param name="groups">The groups; positions below <paramref name="imagesPerClass"/>.</param>
    /// <returns>The pool holds concept after concept, each with its images in drawn order.</returns>
    /// <exception cref="DataException">There are too few concepts, or a class has too few images.</exception>
    public Episode SampleTraining(EpisodeAddress address, int classes, int imagesPerClass, IReadOnlyList<GroupRoles> groups)
    {
        PhiloxRandom random = Open(address);
        ConceptId[] concepts = DrawConcepts(random, classes, imagesPerClass);
        var pool = new List<PoolImage>(classes * imagesPerClass);
        foreach (ConceptId concept in concepts)
        {
            int first = _catalog.Classes[concept.Class].FirstImage;
            pool.AddRange(random.Choose(imagesPerClass, _catalog.Classes[concept.Class].Count).Select(image => new PoolImage(first + image, concept.QuarterTurns)));
        }

        return new Episode(address, pool, [.. groups.Select(roles => Divide(concepts, imagesPerClass, roles))]);
    }

    /// <summary>Draws a classification episode: one group of ways concepts.</summary>
    /// <param name="address">Where the randomness comes from.</param>
    /// <param name="ways">Concepts, at least 2.</param>
    /// <param name="shots">Support size, at least 1.</param>
    /// <param name="queries">Queries per concept, at least 1.</param>
    /// <exception cref="DataException">There are too few concepts, or a class has too few images.</exception>
    public Episode SampleClassification(EpisodeAddress address, int ways, int shots, int queries)
        => SampleTraining(address, ways, shots + queries, [new GroupRoles(0, shots, shots, queries)]);

    // Phases differ in purpose and key: evaluation episodes of validation and test are streams of their own.
    private static PhiloxRandom Open(EpisodeAddress address) => address.Phase switch
    {
        EpisodePhase.Training => new PhiloxRandom(address.Seed, RandomPurpose.Episode, (uint)address.Step, (uint)address.Index),
        _ => new PhiloxRandom(address.Seed, RandomPurpose.EvaluationEpisode + ((uint)address.Phase << 16), (uint)address.Step, (uint)address.Index),
    };

    private static EpisodeGroup Divide(ConceptId[] concepts, int imagesPerClass, GroupRoles roles)
        => new(
            [.. concepts.Select((concept, index) => new Concept(
                concept,
                [.. Enumerable.Range((index * imagesPerClass) + roles.SupportFirst, roles.SupportCount)],
                [.. Enumerable.Range((index * imagesPerClass) + roles.QueryFirst, roles.QueryCount)]))],
            []);

    private ConceptId[] DrawConcepts(PhiloxRandom random, int count, int images)
    {
        if (count > _catalog.Count)
        {
            throw new DataException($"episode: expected at most {_catalog.Count} classes (rotations counted), got {count}; lower the classes of an episode or enlarge the split's part");
        }

        ConceptId[] concepts = [.. random.Choose(count, _catalog.Count).Select(index => _catalog[index])];
        foreach (ConceptId concept in concepts)
        {
            ImageClass drawn = _catalog.Classes[concept.Class];
            if (drawn.Count < images)
            {
                throw new DataException($"class '{drawn.Name}': expected at least {images} images for an episode, got {drawn.Count}; leave the class out or lower the images per class");
            }
        }

        return concepts;
    }
}
