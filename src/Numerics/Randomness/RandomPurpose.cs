namespace S2M.Numerics.Randomness;

/// <summary>What numbers are drawn for: streams of different purposes never meet. Values are part of every stream and never change.</summary>
public static class RandomPurpose
{
    /// <summary>Initial parameters; a = block.</summary>
    public const uint Initialization = 1;

    /// <summary>The shuffle of classes.</summary>
    public const uint Split = 2;

    /// <summary>Episodes, + 256 x phase; a = step (in evaluations the row of the table), b = index.</summary>
    public const uint Episode = 3;

    /// <summary>Dropout masks; a = step, b = index.</summary>
    public const uint Dropout = 4;

    /// <summary>The built-in characters.</summary>
    public const uint Glyphs = 5;

    /// <summary>Bootstrap intervals.</summary>
    public const uint Bootstrap = 6;

    /// <summary>Bootstrap of the difference between two systems.</summary>
    public const uint PairedBootstrap = 8;

    /// <summary>Polysemous and noisy sets, + 256 x phase; a = row of the table, b = index.</summary>
    public const uint Sets = 9;

    /// <summary>Starting means of mixtures: the key is the seed of the start. With + 256 x phase, a = step, b = index, the seeds of an episode's starts.</summary>
    public const uint MixtureStart = 10;

    /// <summary>Directions of gradient checks.</summary>
    public const uint GradientCheck = 11;
}
