namespace S2M.Specification;

/// <summary>What the noise in support sets is.</summary>
public enum NoiseKind
{
    /// <summary>Single images of different characters.</summary>
    Scattered,

    /// <summary>Strokes that make no character; built-in glyphs only.</summary>
    Clutter,

    /// <summary>Images of one foreign character.</summary>
    Coherent,
}

/// <summary>Polysemous and noisy sets in the test phase (docs/evaluation.md): figures for each number of modes, weighting, and share and kind of noise.</summary>
public sealed record SetSpecification
{
    /// <summary>Numbers of modes, each 1 to 3.</summary>
    public IReadOnlyList<int> Modes { get; init; } = [1, 2, 3];

    /// <summary>How the clean support is divided among the modes; sets of one mode need no weights and are drawn once.</summary>
    public IReadOnlyList<ModeWeighting> Weights { get; init; } = [ModeWeighting.Balanced];

    /// <summary>Shares of noise in percent of the support, each 0 to 90.</summary>
    public IReadOnlyList<int> NoisePercents { get; init; } = [0, 15, 30];

    /// <summary>What the noise is; sets without noise are drawn once.</summary>
    public IReadOnlyList<NoiseKind> NoiseKinds { get; init; } = [NoiseKind.Scattered];

    /// <summary>Images of the support, noise with them.</summary>
    public int Support { get; init; } = 15;

    /// <summary>Positives of each mode, at least 1.</summary>
    public int PositivesPerMode { get; init; } = 5;

    /// <summary>Images of other characters among the queries.</summary>
    public int Distractors { get; init; } = 60;

    /// <summary>Further distractors with half of the strokes of a target; built-in glyphs only.</summary>
    public int Hybrids { get; init; }

    /// <summary>Sets of each figure, at least 2.</summary>
    public int Episodes { get; init; } = 200;

    /// <summary>How many images of a support are noise: the share, rounded to whole images, halves up.</summary>
    /// <param name="percent">One of <see cref="NoisePercents"/>.</param>
    public int NoiseImages(int percent) => ((Support * percent) + 50) / 100;
}
