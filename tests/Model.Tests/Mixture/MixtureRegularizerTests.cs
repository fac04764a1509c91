using S2M.Model.Mixture;

namespace S2M.Model.Tests.Mixture;

/// <summary>What fits can be regularized with: nothing under which a variance could become zero, or that is no number.</summary>
public sealed class MixtureRegularizerTests
{
    private const double Smallest = 1e-30;

    [Theory]
    [InlineData(Smallest, 0, 0, true)]
    [InlineData(0.9 * Smallest, 0, 0, false)]
    [InlineData(0, 1, Smallest, true)]
    [InlineData(0, 1, 0.9 * Smallest, false)]
    [InlineData(0, 0, 1, false)]
    [InlineData(0, 1e-300, Smallest, false)]
    [InlineData(0, 0.5, 3 * Smallest, true)]
    [InlineData(0.5, 1, 0.5, true)]
    [InlineData(0, 0, 0, false)]
    public void Require_SmallestVariance_ComesFromOffsetOrPrior(double offset, double strength, double variance, bool isUsable)
    {
        var regularizer = new MixtureRegularizer(offset, strength, variance);

        regularizer.IsUsable.ShouldBe(isUsable);
        if (isUsable)
        {
            Should.NotThrow(regularizer.Require);
        }
        else
        {
            Should.Throw<Set2ModelException>(regularizer.Require).Message.ShouldStartWith("regularizer: expected a variance offset or, with a prior strength above 0");
        }
    }

    // Learned values leave their range at either end.
    [Theory]
    [InlineData(double.PositiveInfinity, 1)]
    [InlineData(double.NaN, 1)]
    [InlineData(1, double.PositiveInfinity)]
    [InlineData(double.PositiveInfinity, double.PositiveInfinity)]
    public void IsUsable_NoNumber_IsNot(double offset, double variance) => new MixtureRegularizer(offset, 1, variance).IsUsable.ShouldBeFalse();

    [Theory]
    [InlineData(-1e-9, 0, 0, 0, "variance offset")]
    [InlineData(1, -1, 0, 0, "prior strength")]
    [InlineData(1, 0, double.NaN, 0, "prior variance")]
    [InlineData(1, 0, 0, double.PositiveInfinity, "weight prior")]
    [InlineData(0, 1e200, 1e200, 0, "prior strength times prior variance")]
    public void Require_ValueOutOfItsRange_IsNamed(double offset, double strength, double variance, double weights, string name)
        => Should.Throw<Set2ModelException>(new MixtureRegularizer(offset, strength, variance, weights).Require).Message
            .ShouldStartWith($"{name}: expected a finite number of at least 0, got ");
}
