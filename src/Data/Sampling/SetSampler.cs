using S2M.Data.Catalogs;
using S2M.Data.Images;
using S2M.Numerics.Randomness;

namespace S2M.Data.Sampling;

/// <summary>
/// Draws polysemous, noisy sets by address (Philox, purpose <c>Sets + 256 phase</c>, a = step, b = index), each independent of all others. The targets, the characters of the
/// noise and those of the distractors are all different base classes, turned at random where the catalog has rotations, except that every image of noise has a twin among
/// the distractors (another image of its character, or other clutter): what a support holds by mistake is there to be found by mistake.
/// </summary>
public sealed class SetSampler
{
    private readonly ConceptCatalog _catalog;
    private readonly IReadOnlyList<ImageClass> _classes;
    private readonly ImageClass _smallest;
    private readonly FurtherImages? _further;
    private readonly string _dataSet;

    /// <summary>Makes a sampler. Safe for concurrent use.</summary>
    /// <param name="catalog">The concepts to draw from.</param>
    /// <param name="dataSet">The data set; not kept open.</param>
    public SetSampler(ConceptCatalog catalog, IDataSet dataSet)
    {
        ArgumentNullException.ThrowIfNull(dataSet);
        _catalog = catalog;
        _classes = dataSet.Classes;
        _smallest = catalog.Part.Select(index => _classes[index]).MinBy(static imageClass => imageClass.Count)!;
        _further = dataSet.Further;
        _dataSet = dataSet.Name;
    }

    /// <summary>Draws a set.</summary>
    /// <param name="address">Where the randomness comes from.</param>
    /// <param name="recipe">What it is made of.</param>
    /// <exception cref="DataException">The recipe does not fit itself or the part, or asks for images that the data set cannot draw.</exception>
    public SetEpisode Sample(EpisodeAddress address, SetRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        int modes = recipe.ModeWeights.Count;
        int[] labels = ModeOrder.Of(Math.Max(0, recipe.Support - recipe.NoiseImages), recipe.ModeWeights);
        int[] counts = ModeOrder.Counts(labels, modes);
        Check(address, recipe, counts);
        var random = new PhiloxRandom(address.Seed, RandomPurpose.Sets + ((uint)address.Phase << 8), (uint)address.Step, (uint)address.Index);

        int twins = recipe.NoiseImages;
        ConceptId[] drawn = Concepts(random, modes + ForeignOf(recipe) + recipe.Distractors - twins + recipe.Hybrids);
        ReadOnlySpan<ConceptId> targets = drawn.AsSpan(0, modes);
        ReadOnlySpan<ConceptId> foreign = drawn.AsSpan(modes, ForeignOf(recipe));
        ReadOnlySpan<ConceptId> others = drawn.AsSpan(modes + foreign.Length);

        var support = new List<PoolImage>();
        var positives = new List<PoolImage>();
        var distractors = new List<PoolImage>();
        var ofModes = new Queue<PoolImage>[modes];
        for (int mode = 0; mode < modes; mode++)
        {
            PoolImage[] images = Images(random, targets[mode], counts[mode] + recipe.PositivesPerMode);
            ofModes[mode] = new Queue<PoolImage>(images[..counts[mode]]);
            positives.AddRange(images[counts[mode]..]);
        }

        support.AddRange(labels.Select(mode => ofModes[mode].Dequeue()));
        AddNoise(random, recipe, foreign, support, distractors);
        foreach (ConceptId other in others[..(recipe.Distractors - twins)])
        {
            distractors.AddRange(Images(random, other, 1));
        }

        foreach (ConceptId other in others[(recipe.Distractors - twins)..])
        {
            ConceptId target = targets[random.NextInt32(modes)];
            distractors.Add(new PoolImage(_further!.Hybrid(target.Class, other.Class, random.NextInt32(_further.Drawings)), target.QuarterTurns));
        }

        int first = support.Count + positives.Count;
        var concept = new Concept(targets[0], [.. Enumerable.Range(0, support.Count)], [.. Enumerable.Range(support.Count, positives.Count)]);
        var group = new EpisodeGroup([concept], [.. Enumerable.Range(first, distractors.Count)]);
        return new SetEpisode(
            new Episode(address, [.. support, .. positives, .. distractors], [group]), [.. labels, .. Enumerable.Repeat(-1, recipe.NoiseImages)]);
    }

    // Characters that noise is drawn from.
    private static int ForeignOf(SetRecipe recipe) => recipe.NoiseImages == 0 ? 0 : recipe.Noise switch
    {
        SetNoise.Scattered => recipe.NoiseImages,
        SetNoise.Coherent => 1,
        _ => 0,
    };

    private void AddNoise(PhiloxRandom random, SetRecipe recipe, ReadOnlySpan<ConceptId> foreign, List<PoolImage> support, List<PoolImage> distractors)
    {
        if (recipe.NoiseImages > 0 && recipe.Noise == SetNoise.Clutter)
        {
            Add([.. random.Choose(2 * recipe.NoiseImages, _further!.Clutters).Select(number => new PoolImage(_further.Clutter(number), 0))]);
            return;
        }

        foreach (ConceptId id in foreign)
        {
            Add(Images(random, id, 2 * recipe.NoiseImages / foreign.Length));
        }

        void Add(PoolImage[] images)
        {
            support.AddRange(images[..(images.Length / 2)]);
            distractors.AddRange(images[(images.Length / 2)..]);
        }
    }

    /// <summary>Different base classes, each turned at random.</summary>
    private ConceptId[] Concepts(PhiloxRandom random, int count)
    {
        int turns = _catalog.Count / _catalog.Part.Count;
        return [.. random.Choose(count, _catalog.Part.Count).Select(index => _catalog[(index * turns) + random.NextInt32(turns)])];
    }

    private PoolImage[] Images(PhiloxRandom random, ConceptId id, int count) => EpisodeSampler.Draw(random, _classes, id, count);

    private void Check(EpisodeAddress address, SetRecipe recipe, int[] counts)
    {
        if (address.Step < 0 || address.Index < 0)
        {
            throw new DataException($"set: expected a step and an index of at least 0, got {address}; correct the address");
        }

        if (recipe.NoiseImages < 0 || recipe.PositivesPerMode < 1 || recipe.Hybrids < 0 || counts.Contains(0) || recipe.Distractors < recipe.NoiseImages)
        {
            throw new DataException(
                $"set: expected a clean image of each of {counts.Length} modes, a positive, and a distractor for each image of noise, "
                + $"got a support of {recipe.Support} with {recipe.NoiseImages} of noise, {recipe.PositivesPerMode} positives a mode "
                + $"and {recipe.Distractors} distractors; correct the recipe");
        }

        bool needsClutter = recipe is { NoiseImages: > 0, Noise: SetNoise.Clutter };
        if (_further is null && (needsClutter || recipe.Hybrids > 0))
        {
            throw new DataException(
                $"data set '{_dataSet}': expected one that can draw {(needsClutter ? "clutter" : "hybrids")}, as the built-in glyphs can, got images only; "
                + (needsClutter ? "choose scattered or coherent noise" : "set hybrids to 0"));
        }

        int concepts = counts.Length + ForeignOf(recipe) + recipe.Distractors - recipe.NoiseImages + recipe.Hybrids;
        if (concepts > _catalog.Part.Count)
        {
            throw new DataException(
                $"set: expected at most {_catalog.Part.Count} different classes for modes, noise, distractors and hybrids, got {concepts}; "
                + "lower distractors or hybrids, or enlarge the part");
        }

        int images = Math.Max(counts.Max() + recipe.PositivesPerMode, recipe is { NoiseImages: > 0, Noise: SetNoise.Coherent } ? 2 * recipe.NoiseImages : 1);
        if (images > _smallest.Count)
        {
            throw new DataException(
                $"class '{_smallest.Name}': expected at least {images} images, got {_smallest.Count}; lower the support or the positives of a set, or leave the class out");
        }
    }
}
