using S2M.Data.Sampling;
using Wire = S2M.Protos.V1;

namespace S2M.Coordinator.Dispatch;

/// <summary>Episodes as they travel.</summary>
internal static class WireEpisodes
{
    /// <summary>An episode.</summary>
    internal static Wire.Episode ToWire(Episode episode)
    {
        var wire = new Wire.Episode { Address = ToWire(episode.Address), Pool = ToWire(episode.Pool) };
        wire.Groups.AddRange(episode.Groups.Select(ToWire));
        return wire;
    }

    /// <summary>A group.</summary>
    internal static Wire.EpisodeGroup ToWire(EpisodeGroup group)
    {
        var wire = new Wire.EpisodeGroup { Distractors = { group.Distractors } };
        foreach (Concept concept in group.Concepts)
        {
            wire.Concepts.Add(new Wire.Concept
            {
                ClassIndex = concept.Id.Class,
                QuarterTurns = concept.Id.QuarterTurns,
                Support = { concept.Support },
                Positives = { concept.Positives },
            });
        }

        return wire;
    }

    /// <summary>Images.</summary>
    internal static Wire.ImageList ToWire(IReadOnlyList<PoolImage> images)
        => new() { Images = { images.Select(image => image.Image) }, QuarterTurns = { images.Select(image => image.QuarterTurns) } };

    private static Wire.EpisodeAddress ToWire(EpisodeAddress address) => new()
    {
        Seed = address.Seed,
        Step = address.Step,
        Index = address.Index,
        Phase = address.Phase switch
        {
            EpisodePhase.Training => Wire.EpisodePhase.Training,
            EpisodePhase.Validation => Wire.EpisodePhase.Validation,
            _ => Wire.EpisodePhase.Test,
        },
    };
}
