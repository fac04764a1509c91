using S2M.Coordinator.Training;
using S2M.Data.Sampling;
using S2M.Specification;

namespace S2M.Coordinator.Evaluation.Sets;

/// <summary>One kind of set: what its figures stand for.</summary>
/// <param name="Modes">Characters that a concept is the union of.</param>
/// <param name="Weights">How the clean support is divided among them.</param>
/// <param name="NoisePercent">Share of noise in percent of the support.</param>
/// <param name="Noise">What the noise is; without effect where there is none.</param>
internal sealed record SetKind(int Modes, ModeWeighting Weights, int NoisePercent, NoiseKind Noise)
{
    /// <summary><c>scattered</c>, <c>clutter</c>, <c>coherent</c> or <c>none</c>.</summary>
    internal string NoiseName => NoisePercent == 0 ? "none" : Noise.ToString().ToLowerInvariant();

    /// <summary><c>balanced</c> or <c>skewed</c>.</summary>
    internal string WeightsName => Weights.ToString().ToLowerInvariant();

    /// <summary>All kinds that a job asks for, in the order of its lists. What does not matter is not varied: the weights of one mode, the kind of no noise.</summary>
    /// <param name="sets">The job's.</param>
    internal static IReadOnlyList<SetKind> Of(SetSpecification sets) =>
    [
        .. from modes in sets.Modes
           from weights in modes == 1 ? sets.Weights.Take(1) : sets.Weights
           from percent in sets.NoisePercents
           from noise in percent == 0 ? sets.NoiseKinds.Take(1) : sets.NoiseKinds
           select new SetKind(modes, weights, percent, noise),
    ];

    /// <summary>What the sampler takes.</summary>
    /// <param name="sets">The job's.</param>
    internal SetRecipe RecipeOf(SetSpecification sets) => new(
        TrainingRoles.Weights(Modes, Weights),
        sets.Support,
        sets.NoiseImages(NoisePercent),
        Noise switch { NoiseKind.Scattered => SetNoise.Scattered, NoiseKind.Clutter => SetNoise.Clutter, _ => SetNoise.Coherent },
        sets.PositivesPerMode,
        sets.Distractors,
        sets.Hybrids);
}
