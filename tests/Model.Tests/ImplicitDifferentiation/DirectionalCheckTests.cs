using S2M.Model.ImplicitDifferentiation;
using S2M.Model.Mixture;
using S2M.Numerics.Randomness;

namespace S2M.Model.Tests.ImplicitDifferentiation;

/// <summary>The check of a gradient gives the error that was put in.</summary>
public sealed class DirectionalCheckTests
{
    private const int Size = 3;
    private const int Components = 2;

    private static readonly MixtureRegularizer Regularizer = new(1e-2, 1, 0.05, 1);

    private readonly double[] _support;
    private readonly MixtureSolution _solution;

    public DirectionalCheckTests()
    {
        var random = new PhiloxRandom(3, RandomPurpose.Initialization);
        _support = [.. Enumerable.Range(0, 14 * Size).Select(at => (at / Size % 2) + (0.5 * random.NextNormal()))];
        _solution = MixtureFit.Fit(_support, Size, Components, Regularizer, MixtureStart.Searched());
    }

    [Fact]
    public void Errors_LossThatDependsOnNothing_AreZeroAndNotUndefined()
    {
        DirectionalCheck check = CheckOf(new MixtureCotangent(new double[Components], new double[Components * Size], new double[Components * Size]));

        check.Error(new double[_support.Length], Ones(_support.Length)).ShouldBe(0);
        check.OffsetError(0).ShouldBe(0);
        check.PriorVarianceError(0).ShouldBe(0);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(-0.5)]
    public void Errors_GradientThatIsOffByAPart_AreThatPart(double part)
    {
        var cotangent = new MixtureCotangent(Ones(Components), Ones(Components * Size), [.. Ones(Components * Size).Select(one => -one)]);
        FitGradient right = new ImplicitAdjoint().Backward(_support, Size, _solution, Regularizer, cotangent);
        DirectionalCheck check = CheckOf(cotangent);

        // Along the gradient itself its slope is its length.
        check.Error([.. right.Support.Select(value => value * (1 + part))], [.. right.Support.Select(value => 7 * value)]).ShouldBe(Math.Abs(part) / (1 + part), 1e-8);
        check.OffsetError(right.VarianceOffset * (1 + part)).ShouldBe(Math.Abs(part) / (1 + part), 1e-8);
        check.PriorVarianceError(right.PriorVariance * (1 + part)).ShouldBe(Math.Abs(part) / (1 + part), 1e-8);
    }

    private static double[] Ones(int count) => [.. Enumerable.Repeat(1.0, count)];

    private DirectionalCheck CheckOf(MixtureCotangent cotangent) => new(_support, Size, _solution, Regularizer, cotangent);
}
