using S2M.Data.Catalogs;
using S2M.Data.Sampling;
using S2M.Model.Embedding;
using S2M.Model.Losses;
using S2M.Model.Mixture;
using TorchSharp;
using static TorchSharp.torch;

namespace S2M.Model.Tests.Mixture;

/// <summary>
/// The head's gradient to raw descriptors, log eps and log T three ways in float64: closed form, autograd over the same equations, finite differences.
/// </summary>
public sealed class Set2ModelHeadTests
{
    private const double AutogradTolerance = 1e-10;
    private const double DifferenceTolerance = 1e-6;
    private const double Step = 1e-6;
    private const int Images = 14;
    private const int Size = 5;
    private const int Bins = 7;
    private const double Temperature = 0.8;

    private static readonly EpisodeGroup Ragged = new(
        [
            new Concept(new ConceptId(0, 0), [0, 1, 2], [3, 4]),
            new Concept(new ConceptId(1, 0), [5], [6, 7]),
            new Concept(new ConceptId(2, 0), [8, 9], [10, 11, 0]),
        ],
        [12, 13]);

    private static readonly EpisodeGroup OneShot = new(
        [new Concept(new ConceptId(0, 0), [0], [3, 4]), new Concept(new ConceptId(1, 0), [5], [6, 7])], []);

    [Theory]
    [InlineData("n-way", true, 1e-2)]
    [InlineData("n-way", true, 1.0)]
    [InlineData("n-way", false, 1e-2)]
    [InlineData("n-way", true, null)]
    [InlineData("n-way", false, null)]
    [InlineData("slides", true, 0.05)]
    [InlineData("slides", false, 0.05)]
    [InlineData("slides", true, null)]
    [InlineData("midpoint", true, 0.05)]
    [InlineData("midpoint", false, 0.05)]
    [InlineData("midpoint", true, null)]
    [InlineData("published", true, 0.05)]
    [InlineData("published", false, 0.05)]
    [InlineData("published", true, null)]
    public void AddGradient_EveryLossAndHead_EqualsAutogradAndFiniteDifferences(string form, bool ragged, double? offset)
    {
        EpisodeGroup group = ragged ? Ragged : OneShot;
        double[] raw = Pool();

        HeadGradients got = ClosedForm(raw, group, offset, Temperature, form);

        ShouldEqual(got, HeadOracle.Differentiate(raw, Size, group, offset, Temperature, Oracle(form, group)), AutogradTolerance);
        double norm = Math.Sqrt(got.Raw.Sum(value => value * value));
        RelativeError(got.Raw, Differences(raw, group, offset, form)).ShouldBeLessThan(DifferenceTolerance);
        double temperatureDifference = (ClosedForm(raw, group, offset, Temperature * Math.Exp(Step), form).Loss
            - ClosedForm(raw, group, offset, Temperature * Math.Exp(-Step), form).Loss) / (2 * Step);
        got.LogTemperature.ShouldBe(temperatureDifference, DifferenceTolerance * norm);
        if (offset is { } start)
        {
            double offsetDifference = (ClosedForm(raw, group, start * Math.Exp(Step), Temperature, form).Loss
                - ClosedForm(raw, group, start * Math.Exp(-Step), Temperature, form).Loss) / (2 * Step);
            got.LogOffset.ShouldBe(offsetDifference, DifferenceTolerance * norm);
        }
        else
        {
            got.LogOffset.ShouldBe(0);
        }
    }

    // Equal queries tie at both ends of the range and within it: a kink for differences, but autograd shares an end's gradient equally as the losses do.
    [Theory]
    [InlineData("n-way")]
    [InlineData("slides")]
    [InlineData("midpoint")]
    [InlineData("published")]
    public void AddGradient_TiedScores_EqualsAutograd(string form)
    {
        double[] raw = Pool();
        foreach ((int from, int to) in new[] { (3, 12), (6, 10), (7, 13), (4, 11) })
        {
            raw.AsSpan(from * Size, Size).CopyTo(raw.AsSpan(to * Size));
        }

        HeadGradients got = ClosedForm(raw, Ragged, 0.05, Temperature, form);

        ShouldEqual(got, HeadOracle.Differentiate(raw, Size, Ragged, 0.05, Temperature, Oracle(form, Ragged)), AutogradTolerance);
    }

    [Theory]
    [InlineData("slides")]
    [InlineData("midpoint")]
    public void AddGradient_OneExampleUnderInvariantLoss_OffsetGradientIsExactlyZero(string form)
        => ClosedForm(Pool(), OneShot, 0.05, Temperature, form).LogOffset.ShouldBe(0);

    private static double[] Pool() => [.. Enumerable.Range(0, Images * Size).Select(i => Math.Sin(1.3 + (i * i * 0.71)) * 0.6)];

    private static GroupLoss Loss(string form) => form switch
    {
        "n-way" => new NWayLoss(),
        "published" => new PublishedHistogramLoss(Bins),
        _ => new LinearHistogramLoss(Bins, form == "midpoint"),
    };

    private static Func<Tensor, Tensor, Tensor> Oracle(string form, EpisodeGroup group) => form switch
    {
        "n-way" => HeadOracle.NWay(group),
        "published" => HeadOracle.Published(group, Bins),
        _ => HeadOracle.Linear(group, Bins, form == "midpoint" ? 0.5 : 0),
    };

    private static HeadGradients ClosedForm(double[] raw, EpisodeGroup group, double? offset, double temperature, string form)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor raw_PD = torch.tensor(raw, [Images, Size], ScalarType.Float64);
        using L2Normalization normalized = L2Normalization.Apply(raw_PD);
        Tensor gradient_PD = zeros_like(raw_PD);
        GroupGradient result = Set2ModelHead.AddGradient(normalized.Descriptors_ND, group, offset, Loss(form), temperature, gradient_PD);
        return new HeadGradients(result.Loss, normalized.Backward(gradient_PD).data<double>().ToArray(), result.LogOffsetGradient, result.LogTemperatureGradient);
    }

    private static double[] Differences(double[] raw, EpisodeGroup group, double? offset, string form)
        => [.. Enumerable.Range(0, raw.Length).Select(cell =>
        {
            double[] up = [.. raw];
            double[] down = [.. raw];
            up[cell] += Step;
            down[cell] -= Step;
            return (ClosedForm(up, group, offset, Temperature, form).Loss - ClosedForm(down, group, offset, Temperature, form).Loss) / (2 * Step);
        })];

    // All relative to the length of the gradient, or to the loss: the forms differ by orders of magnitude in scale.
    private static void ShouldEqual(HeadGradients got, HeadGradients expected, double tolerance)
    {
        double norm = Math.Sqrt(expected.Raw.Sum(value => value * value));
        norm.ShouldBeGreaterThan(0);
        got.Loss.ShouldBe(expected.Loss, tolerance * Math.Abs(expected.Loss));
        RelativeError(got.Raw, expected.Raw).ShouldBeLessThan(tolerance);
        got.LogOffset.ShouldBe(expected.LogOffset, tolerance * Math.Max(norm, Math.Abs(expected.LogOffset)));
        got.LogTemperature.ShouldBe(expected.LogTemperature, tolerance * Math.Max(norm, Math.Abs(expected.LogTemperature)));
    }

    private static double RelativeError(double[] actual, double[] expected)
        => Math.Sqrt(actual.Zip(expected, (a, b) => (a - b) * (a - b)).Sum() / expected.Sum(value => value * value));
}
