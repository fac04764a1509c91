using S2M.Data.Catalogs;
using S2M.Data.Sampling;
using S2M.Model.Losses;
using S2M.Model.Mixture;
using TorchSharp;
using static TorchSharp.torch;

namespace S2M.Model.Tests.Mixture;

/// <summary>The head's gradient three ways in float64: closed form, autograd over the same equations, finite differences.</summary>
public sealed class Set2ModelHeadTests
{
    private const double AutogradTolerance = 1e-10;
    private const double DifferenceTolerance = 1e-6;
    private const double Step = 1e-6;
    private const int Images = 14;
    private const int Size = 5;
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
    [InlineData(true, 1e-2)]
    [InlineData(true, 1.0)]
    [InlineData(false, 1e-2)]
    public void AddGradient_NWay_EqualsAutogradAndFiniteDifferences(bool ragged, double offset)
    {
        EpisodeGroup group = ragged ? Ragged : OneShot;
        double[] pool = Pool();
        double logOffset = Math.Log(offset);
        (double loss, double[] gradient, double offsetGradient) = ClosedForm(pool, group, offset, new NWayLoss());

        (double expectedLoss, double[] expected, double expectedOffset) = Autograd(pool, group, logOffset);
        loss.ShouldBe(expectedLoss, AutogradTolerance);
        RelativeError(gradient, expected).ShouldBeLessThan(AutogradTolerance);
        offsetGradient.ShouldBe(expectedOffset, AutogradTolerance * Math.Max(1, Math.Abs(expectedOffset)));

        RelativeError(gradient, Differences(pool, group, offset, new NWayLoss())).ShouldBeLessThan(DifferenceTolerance);
        double difference = (ClosedForm(pool, group, Math.Exp(logOffset + Step), new NWayLoss()).Loss
            - ClosedForm(pool, group, Math.Exp(logOffset - Step), new NWayLoss()).Loss) / (2 * Step);
        offsetGradient.ShouldBe(difference, DifferenceTolerance * Math.Max(1, Math.Abs(difference)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AddGradient_Histogram_EqualsFiniteDifferences(bool midpoint)
    {
        double[] pool = Pool();
        var loss = new LinearHistogramLoss(7, midpoint);

        (_, double[] gradient, double offsetGradient) = ClosedForm(pool, Ragged, 0.05, loss);

        RelativeError(gradient, Differences(pool, Ragged, 0.05, loss)).ShouldBeLessThan(DifferenceTolerance * 10);
        double difference = (ClosedForm(pool, Ragged, 0.05 * Math.Exp(Step), loss).Loss - ClosedForm(pool, Ragged, 0.05 * Math.Exp(-Step), loss).Loss) / (2 * Step);
        offsetGradient.ShouldBe(difference, DifferenceTolerance);
    }

    [Fact]
    public void AddGradient_OneExampleUnderHistogramLoss_OffsetGradientIsExactlyZero()
    {
        (_, _, double offsetGradient) = ClosedForm(Pool(), OneShot, 0.05, new LinearHistogramLoss(7, midpoint: false));

        offsetGradient.ShouldBe(0);
    }

    [Fact]
    public void AddGradient_NearestMean_EqualsFiniteDifferences()
    {
        double[] pool = Pool();

        (_, double[] gradient, double offsetGradient) = ClosedForm(pool, Ragged, null, new NWayLoss());

        RelativeError(gradient, Differences(pool, Ragged, null, new NWayLoss())).ShouldBeLessThan(DifferenceTolerance);
        offsetGradient.ShouldBe(0);
    }

    private static double[] Pool() => [.. Enumerable.Range(0, Images * Size).Select(i => Math.Sin(1.3 + (i * i * 0.71)) * 0.6)];

    private static (double Loss, double[] Gradient, double OffsetGradient) ClosedForm(double[] pool, EpisodeGroup group, double? offset, GroupLoss loss)
    {
        using Tensor tensor = torch.tensor(pool, [Images, Size], ScalarType.Float64);
        using Tensor gradient = zeros_like(tensor);
        GroupGradient result = Set2ModelHead.AddGradient(tensor, group, offset, loss, Temperature, gradient);
        return (result.Loss, gradient.data<double>().ToArray(), result.LogOffsetGradient);
    }

    private static double[] Differences(double[] pool, EpisodeGroup group, double? offset, GroupLoss loss)
        => [.. Enumerable.Range(0, pool.Length).Select(cell =>
        {
            double[] up = [.. pool];
            double[] down = [.. pool];
            up[cell] += Step;
            down[cell] -= Step;
            return (ClosedForm(up, group, offset, loss).Loss - ClosedForm(down, group, offset, loss).Loss) / (2 * Step);
        })];

    /// <summary>The equations of fit, density and n-way loss written once more, with a graph.</summary>
    private static (double Loss, double[] Gradient, double OffsetGradient) Autograd(double[] pool, EpisodeGroup group, double logOffset)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = torch.tensor(pool, [Images, Size], ScalarType.Float64, requires_grad: true);
        Tensor parameter = torch.tensor(logOffset, ScalarType.Float64, requires_grad: true);
        Tensor Rows(IReadOnlyList<int> rows) => x.index_select(0, torch.tensor(rows.Select(row => (long)row).ToArray()));
        List<int> queries = [.. group.Concepts.SelectMany(concept => concept.Positives)];
        Tensor y = Rows(queries);
        Tensor logits = stack([.. group.Concepts.Select(concept =>
        {
            Tensor support = Rows(concept.Support);
            Tensor mean = support.mean([0]);
            Tensor variance = (support - mean).pow(2).mean([0]) + parameter.exp();
            return (((y - mean).pow(2) / variance) + variance.log() + Math.Log(2 * Math.PI)).sum(1) * -0.5;
        })], 1) / Temperature;
        long[] targets = [.. group.Concepts.SelectMany((concept, index) => concept.Positives.Select(_ => (long)index))];
        Tensor loss = nn.functional.cross_entropy(logits, torch.tensor(targets));
        loss.backward();
        return (loss.item<double>(), x.grad!.data<double>().ToArray(), parameter.grad!.item<double>());
    }

    private static double RelativeError(double[] actual, double[] expected)
        => Math.Sqrt(actual.Zip(expected, (a, b) => (a - b) * (a - b)).Sum() / expected.Sum(value => value * value));
}
