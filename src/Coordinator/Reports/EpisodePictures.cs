using S2M.Coordinator.Evaluation;
using S2M.Data.Catalogs;
using S2M.Data.Images;
using S2M.Data.Sampling;

namespace S2M.Coordinator.Reports;

/// <summary>Makes the pictures of a scored episode.</summary>
/// <param name="images">Decoded images.</param>
/// <param name="format">What they are decoded to.</param>
/// <param name="classes">The classes of the data set, for names.</param>
internal sealed class EpisodePictures(DecodedImages images, ImageFormat format, IReadOnlyList<ImageClass> classes)
{
    /// <summary>The most episodes of a report.</summary>
    internal const int Most = 2;

    /// <summary>Draws an episode.</summary>
    internal PicturedEpisode Draw(ScoredEpisode scored)
    {
        EpisodeGroup group = scored.Episode.Groups[0];
        int queries = scored.Scores.Count / group.Concepts.Count;
        var concepts = new List<PicturedConcept>();
        int query = 0;
        for (int owner = 0; owner < group.Concepts.Count; owner++)
        {
            Concept concept = group.Concepts[owner];
            var pictured = new List<PicturedQuery>();
            foreach (int row in concept.Positives)
            {
                double[] scores = [.. Enumerable.Range(0, group.Concepts.Count).Select(index => scored.Scores[(index * queries) + query])];
                int best = Array.IndexOf(scores, scores.Max());
                pictured.Add(new PicturedQuery(Encode(scored.Episode.Pool[row]), scores[owner], best, scores[best], best == owner));
                query++;
            }

            concepts.Add(new PicturedConcept(NameOf(concept.Id), [.. concept.Support.Select(row => Encode(scored.Episode.Pool[row]))], pictured));
        }

        return new PicturedEpisode(group.Shots, format.Ink, concepts);
    }

    private string NameOf(ConceptId id) => id.QuarterTurns == 0 ? classes[id.Class].Name : $"{classes[id.Class].Name}, turned by {90 * id.QuarterTurns} degrees";

    private byte[] Encode(PoolImage image)
    {
        float[] turned = new float[format.PixelCount];
        QuarterTurns.Turn(images.Get(image.Image, format).Span, format, image.QuarterTurns, turned);
        return PngImage.Encode([.. turned.Select(value => (byte)((value * 255f) + 0.5f))], format.Size, format.Channels);
    }
}
