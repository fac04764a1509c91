using System.Diagnostics.CodeAnalysis;

namespace S2M.Specification;

/// <summary>How the numbers of an episode's gradient are rounded before anything is added to them, and with how many bytes they travel (docs/maths.md, Averages).</summary>
public enum GradientFormat
{
    /// <summary>IEEE 754 single precision: nothing is rounded; 4 bytes.</summary>
    [SuppressMessage("Naming", "CA1720", Justification = "The field's word, and what job files say.")]
    Float32,

    /// <summary>The upper half of single precision, rounded to the nearest, ties to even: 8 significant bits; 2 bytes.</summary>
    Bfloat16,
}
