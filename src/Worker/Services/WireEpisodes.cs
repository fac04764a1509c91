using S2M.Data.Catalogs;
using S2M.Data.Sampling;
using S2M.Specification;
using Wire = S2M.Protos.V1;

namespace S2M.Worker.Services;

/// <summary>From the wire's episodes to ours. The messages have passed <see cref="ShareChecks"/>.</summary>
internal static class WireEpisodes
{
    /// <summary>An episode.</summary>
    internal static Episode Read(Wire.Episode episode)
        => new(
            new EpisodeAddress(episode.Address.Seed, PhaseOf(episode.Address.Phase), episode.Address.Step, episode.Address.Index),
            Read(episode.Pool),
            [.. episode.Groups.Select(Read)]);

    /// <summary>Images.</summary>
    internal static PoolImage[] Read(Wire.ImageList list)
    {
        var images = new PoolImage[list.Images.Count];
        for (int i = 0; i < images.Length; i++)
        {
            images[i] = new PoolImage(list.Images[i], list.QuarterTurns[i]);
        }

        return images;
    }

    /// <summary>A group.</summary>
    internal static EpisodeGroup Read(Wire.EpisodeGroup group)
        => new(
            [.. group.Concepts.Select(concept => new Concept(new ConceptId(concept.ClassIndex, concept.QuarterTurns), concept.Support, concept.Positives))],
            group.Distractors);

    /// <summary>A head: the same order, behind the value that is never sent.</summary>
    internal static ScoringHead Read(Wire.ScoringHead head) => (ScoringHead)((int)head - 1);

    private static EpisodePhase PhaseOf(Wire.EpisodePhase phase) => phase switch
    {
        Wire.EpisodePhase.Training => EpisodePhase.Training,
        Wire.EpisodePhase.Validation => EpisodePhase.Validation,
        _ => EpisodePhase.Test,
    };
}
