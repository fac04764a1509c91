namespace S2M.Data.Sampling;

/// <summary>What the noise in a support set is.</summary>
public enum SetNoise
{
    /// <summary>Single images of different characters outside the targets.</summary>
    Scattered,

    /// <summary>Strokes that make no character; where the data set can draw them.</summary>
    Clutter,

    /// <summary>Images of one character outside the targets.</summary>
    Coherent,
}

/// <summary>What a polysemous, noisy set is made of.</summary>
/// <param name="ModeWeights">The weight of each mode, above 0; at least one mode.</param>
/// <param name="Support">Images of the support, noise with them.</param>
/// <param name="NoiseImages">How many of them are noise, 0 or more; the others are at least one for each mode.</param>
/// <param name="Noise">What the noise is; without effect where there is none.</param>
/// <param name="PositivesPerMode">Positives of each mode, at least 1; they are always clean.</param>
/// <param name="Distractors">Images of characters outside the targets among the queries, at least <paramref name="NoiseImages"/>.</param>
/// <param name="Hybrids">Further distractors with half of the strokes of a target; where the data set can draw them.</param>
public sealed record SetRecipe(
    IReadOnlyList<int> ModeWeights, int Support, int NoiseImages, SetNoise Noise, int PositivesPerMode, int Distractors, int Hybrids);

/// <summary>A polysemous, noisy set with its queries.</summary>
/// <param name="Episode">One group of one concept; its pool has no image twice. The positives stand mode by mode.</param>
/// <param name="SupportModes">For each support image its true mode, from 0; -1 for noise.</param>
public sealed record SetEpisode(Episode Episode, IReadOnlyList<int> SupportModes);
