using TorchSharp;

namespace S2M.Model.Embedding;

/// <summary>
/// Scalars that live as long as the process. A temporary one can be collected while native code reads it (docs/decisions/0003), so tensor
/// code takes its constants from here.
/// </summary>
internal static class Held
{
    internal static readonly Scalar One = 1.0.ToScalar();
    internal static readonly Scalar Two = 2.0.ToScalar();
    internal static readonly Scalar Half = 0.5.ToScalar();
    internal static readonly Scalar MinusHalf = (-0.5).ToScalar();
}
