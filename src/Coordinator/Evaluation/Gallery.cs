using S2M.Data.Catalogs;
using S2M.Data.Sampling;

namespace S2M.Coordinator.Evaluation;

/// <summary>All images of a phase's concepts in canonical order (concept by concept, image by image): embedded once, then indexed by episodes.</summary>
internal sealed class Gallery
{
    private readonly Dictionary<PoolImage, int> _rows = [];
    private readonly int[] _starts;

    /// <summary>Lists the images.</summary>
    internal Gallery(ConceptCatalog catalog, IReadOnlyList<ImageClass> classes)
    {
        var images = new List<PoolImage>();
        _starts = new int[catalog.Count + 1];
        for (int index = 0; index < catalog.Count; index++)
        {
            ConceptId concept = catalog[index];
            ImageClass imageClass = classes[concept.Class];
            for (int image = 0; image < imageClass.Count; image++)
            {
                var pooled = new PoolImage(imageClass.FirstImage + image, concept.QuarterTurns);
                _rows.Add(pooled, images.Count);
                images.Add(pooled);
            }

            _starts[index + 1] = images.Count;
        }

        Images = images;
    }

    /// <summary>The images in canonical order.</summary>
    internal IReadOnlyList<PoolImage> Images { get; }

    /// <summary>The row of an image; null for one of no concept of the phase.</summary>
    internal int? RowOf(PoolImage image) => _rows.TryGetValue(image, out int row) ? row : null;

    /// <summary>The rows of a concept.</summary>
    internal Range RowsOf(int concept) => _starts[concept].._starts[concept + 1];

    /// <summary>An episode's group with indices into the gallery.</summary>
    internal EpisodeGroup Locate(Episode episode)
    {
        int[] Rows(IReadOnlyList<int> pool) => [.. pool.Select(index => _rows[episode.Pool[index]])];
        EpisodeGroup group = episode.Groups[0];
        return new EpisodeGroup([.. group.Concepts.Select(concept => new Concept(concept.Id, Rows(concept.Support), Rows(concept.Positives)))], Rows(group.Distractors));
    }
}
