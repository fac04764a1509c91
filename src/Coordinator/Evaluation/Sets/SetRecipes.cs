using S2M.Coordinator.Training;
using S2M.Data.Sampling;
using S2M.Specification;

namespace S2M.Coordinator.Evaluation.Sets;

/// <summary>From a job's sets to what the sampler takes.</summary>
internal static class SetRecipes
{
    /// <summary>The recipe of one kind of set.</summary>
    /// <param name="sets">The job's.</param>
    /// <param name="modes">One of its numbers of modes.</param>
    /// <param name="noisePercent">One of its shares of noise.</param>
    internal static SetRecipe Of(SetSpecification sets, int modes, int noisePercent) => new(
        TrainingRoles.Weights(modes, sets.Weights),
        sets.Support,
        sets.NoiseImages(noisePercent),
        sets.NoiseKind switch { NoiseKind.Scattered => SetNoise.Scattered, NoiseKind.Clutter => SetNoise.Clutter, _ => SetNoise.Coherent },
        sets.PositivesPerMode,
        sets.Distractors,
        sets.Hybrids);
}
