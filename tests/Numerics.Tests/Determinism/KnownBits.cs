using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using S2M.Numerics.Averaging;
using S2M.Numerics.Optimizers;
using S2M.Numerics.Parameters;
using S2M.Numerics.Portable;
using S2M.Numerics.Randomness;

namespace S2M.Numerics.Tests.Determinism;

/// <summary>Hashes over the bits of everything that reaches parameters.</summary>
internal static class KnownBits
{
    // Odd lengths, so that every loop has a rest behind its lanes.
    private static readonly ParameterLayout Layout = new([new ParameterEntry("a", [7, 43]), new ParameterEntry("b", [3], 10), new ParameterEntry("c", [64])]);

    /// <summary>The processor switches that are in force, then a line for each hash.</summary>
    internal static string Report()
        => string.Join('\n', [$"avx {Avx.IsSupported} avx2 {Avx2.IsSupported} avx512 {Avx512F.IsSupported} fma {Fma.IsSupported} sse42 {Sse42.IsSupported}", .. Hashes().Select(pair => $"{pair.Name} {pair.Hash}")]);

    /// <summary>The hashes by name.</summary>
    internal static IEnumerable<(string Name, string Hash)> Hashes()
    {
        yield return ("portable", HashOf(PortableValues()));
        yield return ("rows", HashOf(RowValues()));
        yield return ("random", HashOf(RandomValues()));
        yield return ("tree", HashOf<float>(TreeValues()));
        yield return ("flat", HashOf<float>(FlatValues()));
        yield return ("adam", HashOf<float>(Optimized(new Adam(Layout, weightDecay: 0.01))));
        yield return ("adamw", HashOf<float>(Optimized(new AdamW(Layout))));
        yield return ("sgd", HashOf<float>(Optimized(new Sgd(Layout, weightDecay: 0.01))));
    }

    private static double[] PortableValues()
    {
        var random = new PhiloxRandom(1, RandomPurpose.Initialization, 77);
        var values = new List<double>();
        for (int i = 0; i < 5000; i++)
        {
            double unit = random.NextDouble();
            values.Add(PortableMath.Exp((unit - 0.5) * 1480));
            values.Add(PortableMath.Log(unit * (1 << (i % 30))));
            values.Add(PortableMath.Pow(unit, (i % 40) - 20));
            values.Add(PortableMath.Sin((unit - 0.5) * (1 << (i % 21))));
            values.Add(PortableMath.Cos((unit - 0.5) * (1 << (i % 21))));
        }

        return [.. values];
    }

    private static double[] RowValues()
    {
        const int Width = 36;
        var random = new PhiloxRandom(2, RandomPurpose.Initialization, 77);
        double[] Normals(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextNormal())];
        (double[] x, double[] mean, double[] a, double[] b) = (Normals(601), Normals(601), Normals(601), Normals(601));
        (double[] products, double[] target) = (new double[49], new double[601]);
        RowMath.AddProductsOfRows(Normals(7 * Width), Width, products);
        RowMath.AddScaled(0.3, x, a);
        RowMath.SubtractFour(Normals(4), Normals(4 * 610), 610, b);
        DeviationMath.AddSquares(0.7, x, mean, a);
        DeviationMath.AddMoments(-0.2, x, mean, a, b);
        DeviationMath.AddLine(1.1, x, mean, a, b, target);
        DeviationMath.ScaleSquares(x, target, a, 0.1, b);
        DeviationMath.Scale(x, mean, b, a);
        double[] upper = [.. products.Where((_, at) => at % 7 >= at / 7)];
        return [.. upper, .. a, .. b, .. target, RowMath.Dot(x, a), DeviationMath.Evaluate(x, mean, a, b), LogarithmSums.Of([.. x.Select(value => value * value)])];
    }

    private static double[] RandomValues()
    {
        var random = new PhiloxRandom(0x0123456789ABCDEF, RandomPurpose.Episode, 3, 5);
        double[] values = new double[4000];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (i % 3) switch
            {
                0 => random.NextNormal(),
                1 => random.NextInt32(1 + i),
                _ => random.NextDouble(),
            };
        }

        return values;
    }

    private static float[] TreeValues() => FixedTree.Sum([.. Enumerable.Range(0, 23).Select(leaf => new EpisodeSum(1, Normals(leaf, 1003), []))]).Values;

    private static float[] FlatValues()
    {
        float[] values = Normals(50, 1003);
        FlatVector.Divide(values, 3, values);
        FlatVector.Move(values, Normals(51, 1003), 0.1f);
        return values;
    }

    private static float[] Optimized(Optimizer optimizer)
    {
        var schedule = new LearningRateSchedule(2e-3, 10, 40, cosine: true);
        float[] parameters = Normals(100, Layout.Count);
        for (int step = 0; step < 40; step++)
        {
            optimizer.Step(parameters, Normals(101 + step, Layout.Count), schedule.At(step));
        }

        return [.. parameters, .. optimizer.State.SelectMany(moment => moment.Values)];
    }

    private static float[] Normals(int stream, int count)
    {
        var random = new PhiloxRandom(9, RandomPurpose.Initialization, (uint)stream);
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.NextNormal())];
    }

    private static string HashOf<T>(ReadOnlySpan<T> values)
        where T : unmanaged => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values)));

    private static string HashOf(double[] values) => HashOf<double>(values);
}
