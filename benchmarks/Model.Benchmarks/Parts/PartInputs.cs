using S2M.Model.Benchmarks.Images;
using S2M.Numerics.Parameters;
using S2M.Numerics.Randomness;

namespace S2M.Model.Benchmarks.Parts;

/// <summary>What the parts are measured on. BenchmarkDotNet makes the benchmark objects itself, so inputs reach them here.</summary>
internal static class PartInputs
{
    private const uint ValuePurpose = 1001;
    private static BenchmarkImages? _images;

    /// <summary>The images, set before the first part runs.</summary>
    internal static BenchmarkImages Images
    {
        get => _images ?? throw new InvalidOperationException("images: expected them to be opened before the parts run");
        set => _images = value;
    }

    /// <summary>Layouts of the recipe's network.</summary>
    internal static (ParameterLayout Parameters, ParameterLayout Buffers) Layouts()
    {
        using var network = new Set2ModelNetwork(Images.Job);
        return (network.Parameters, network.Buffers);
    }

    /// <summary>Normal values, as gradients are: never all alike, never denormal.</summary>
    /// <param name="count">How many.</param>
    /// <param name="stream">Which.</param>
    internal static float[] Values(int count, int stream)
    {
        var random = new PhiloxRandom(seed: 1, ValuePurpose, (uint)stream);
        float[] values = new float[count];
        foreach (ref float value in values.AsSpan())
        {
            value = (float)random.NextNormal();
        }

        return values;
    }
}
