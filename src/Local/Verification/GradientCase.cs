using S2M.Data.Catalogs;
using S2M.Data.Sampling;
using S2M.Model.Embedding;
using S2M.Model.Losses;
using S2M.Model.Mixture;
using S2M.Numerics.Portable;
using S2M.Numerics.Randomness;
using TorchSharp;

namespace S2M.Local.Verification;

/// <summary>One loss of one head on one shape, as a function of raw descriptors, log eps and log T, in float64.</summary>
internal sealed class GradientCase
{
    private const double Step = 1e-6;

    // Where the two one-sided slopes differ by more than curvature explains, a score lies on a bin's edge: neither slope is wrong.
    private const double KinkTolerance = 1e-3;
    private const double LogOffset = -2.3;
    private const double LogTemperature = -0.4;

    private readonly EpisodeGroup _group;
    private readonly GroupLoss _loss;
    private readonly bool _gauss;
    private readonly double[] _point;
    private readonly int _rows;
    private readonly int _size;

    /// <summary>Makes the case at a random point that follows from the shape.</summary>
    /// <param name="concepts">C, at least 2.</param>
    /// <param name="examples">N, support images of a concept, at least 1.</param>
    /// <param name="queries">Q, queries of a concept, at least 1.</param>
    /// <param name="size">D, descriptor size, at least 2.</param>
    /// <param name="gauss">A Gaussian with eps, or the nearest mean.</param>
    /// <param name="loss">The loss.</param>
    internal GradientCase(int concepts, int examples, int queries, int size, bool gauss, GroupLoss loss)
    {
        int each = examples + queries;
        _group = new EpisodeGroup(
            [.. Enumerable.Range(0, concepts).Select(c => new Concept(
                new ConceptId(c, 0), [.. Enumerable.Range(c * each, examples)], [.. Enumerable.Range((c * each) + examples, queries)]))],
            []);
        _loss = loss;
        _gauss = gauss;
        _rows = concepts * each;
        _size = size;
        var random = new PhiloxRandom((ulong)((((concepts * 100) + examples) * 100) + queries), RandomPurpose.Initialization, (uint)size, 0);

        // Classes that overlap: separated ones have no histogram loss, and a gradient of zero proves nothing.
        double[] centers = [.. Enumerable.Range(0, concepts * size).Select(_ => (random.NextDouble() - 0.5) * 0.8)];
        _point =
        [
            .. Enumerable.Range(0, _rows * size).Select(i => centers[(i / size / each * size) + (i % size)] + (((random.NextDouble() * 2) - 1) * 1.2)),
            LogOffset,
            LogTemperature,
        ];
    }

    /// <summary>|closed form - central differences| / |central differences| over all coordinates that are not at a kink.</summary>
    internal double RelativeError()
    {
        double[] gradient = Gradient();
        double scale = gradient.Max(Math.Abs);
        double here = LossAt(_point);
        double errors = 0;
        double squares = 0;
        int kinks = 0;
        for (int i = 0; i < _point.Length; i++)
        {
            double up = Moved(i, Step);
            double down = Moved(i, -Step);
            double central = (up - down) / (2 * Step);
            if (Math.Abs((up - here) - (here - down)) / Step > KinkTolerance * scale)
            {
                kinks++;
                continue;
            }

            errors += (gradient[i] - central) * (gradient[i] - central);
            squares += central * central;
        }

        // A case that is all kinks proves nothing.
        return kinks * 10 > _point.Length || squares == 0 ? double.PositiveInfinity : Math.Sqrt(errors / squares);
    }

    private double Moved(int coordinate, double change)
    {
        double[] moved = [.. _point];
        moved[coordinate] += change;
        return LossAt(moved);
    }

    private double LossAt(double[] point)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using L2Normalization normalized = Normalize(point);
        return AddGradient(point, normalized, torch.zeros_like(normalized.Descriptors_ND)).Loss;
    }

    private double[] Gradient()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using L2Normalization normalized = Normalize(_point);
        torch.Tensor descriptors = torch.zeros_like(normalized.Descriptors_ND);
        GroupGradient result = AddGradient(_point, normalized, descriptors);
        return [.. normalized.Backward(descriptors).data<double>(), result.LogOffsetGradient, result.LogTemperatureGradient];
    }

    private L2Normalization Normalize(double[] point) => L2Normalization.Apply(torch.tensor(point[..^2], [_rows, _size], torch.ScalarType.Float64));

    private GroupGradient AddGradient(double[] point, L2Normalization normalized, torch.Tensor gradient)
        => Set2ModelHead.AddGradient(normalized.Descriptors_ND, _group, _gauss ? PortableMath.Exp(point[^2]) : null, _loss, PortableMath.Exp(point[^1]), gradient);
}
