namespace S2M.Specification;

/// <summary>Which images, and how they are decoded.</summary>
public sealed record DataSpecification
{
    /// <summary>The data set's name; <c>glyphs</c> is built in, others are bound with <c>--data NAME=PATH</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Height and width that images are resized to by area, in pixels, 16 to 256.</summary>
    public int Size { get; init; } = 28;

    /// <summary>1 (grey) or 3 (colour).</summary>
    public int Channels { get; init; } = 1;

    /// <summary>Dark strokes on light ground become bright strokes on black.</summary>
    public bool Ink { get; init; } = true;

    /// <summary>Each quarter turn of a class is a class of its own.</summary>
    public bool Rotations { get; init; } = true;
}

/// <summary>How classes are divided. All rotations of a class stay in its part.</summary>
public sealed record SplitSpecification
{
    /// <summary>The seed of the shuffle of classes.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Classes for training, at least 1.</summary>
    public int Train { get; init; } = 1028;

    /// <summary>Classes for validation, at least 1.</summary>
    public int Validation { get; init; } = 172;

    /// <summary>Classes for the test phase, at least 1.</summary>
    public int Test { get; init; } = 423;
}
