using S2M.Model.ImplicitDifferentiation;
using S2M.Numerics.Randomness;

namespace S2M.Model.Tests.ImplicitDifferentiation;

/// <summary>Systems by factorization: what is solved solves them, rows may need exchanging, singular ones are told.</summary>
public sealed class LinearSystemTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(151)]
    public void Solve_AnySize_LeavesNoResidual(int size)
    {
        var random = new PhiloxRandom((ulong)size, 78);
        double[] matrix = [.. Enumerable.Range(0, size * size).Select(_ => random.NextNormal())];

        // The first pivot is not on the diagonal.
        matrix[0] = size == 1 ? 2 : 0;
        var system = LinearSystem.Of([.. matrix], size);

        system.UsedRidge.ShouldBeFalse();
        for (int right = 0; right < 2; right++)
        {
            double[] vector = [.. Enumerable.Range(0, size).Select(_ => random.NextNormal())];
            double[] solution = [.. vector];
            system.Solve(solution);
            for (int row = 0; row < size; row++)
            {
                Enumerable.Range(0, size).Sum(column => matrix[(row * size) + column] * solution[column]).ShouldBe(vector[row], 1e-10);
            }
        }
    }

    [Fact]
    public void Of_DependentRows_UsesARidge()
    {
        double[] matrix = [1, 2, 3, 2, 4, 6, 1, 0, 1];
        var system = LinearSystem.Of([.. matrix], 3);

        system.UsedRidge.ShouldBeTrue();
        double[] solution = [6, 12, 2];
        system.Solve(solution);
        ((1 * solution[0]) + (2 * solution[1]) + (3 * solution[2])).ShouldBe(6, 1e-6);
        (solution[0] + solution[2]).ShouldBe(2, 1e-6);
    }

    [Fact]
    public void Of_NotANumber_SaysNothing()
    {
        var system = LinearSystem.Of([double.NaN, 1, 1, 1], 2);
        double[] solution = [1, 1];

        system.Solve(solution);

        system.UsedRidge.ShouldBeTrue();
        solution.ShouldBe([0, 0]);
    }
}
