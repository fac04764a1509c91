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

    // (u u^T + e diag(u u^T)) x = 3 u has the solution 3 / (2 + e) (1 / u_i): any other ridge leads elsewhere on the line of solutions.
    [Theory]
    [InlineData(1, 2)]
    [InlineData(4, 0.5)]
    public void Of_Singular_RidgeIsAPartOfEachDiagonalElement(double first, double second)
    {
        var system = LinearSystem.Of([first * first, first * second, first * second, second * second], 2);
        double[] solution = [3 * first, 3 * second];

        system.Solve(solution);

        system.UsedRidge.ShouldBeTrue();
        solution[0].ShouldBe(1.5 / first, 1e-4);
        solution[1].ShouldBe(1.5 / second, 1e-4);
    }

    [Fact]
    public void Of_RowOfNothing_RidgeLetsTheOthersBeSolved()
    {
        var system = LinearSystem.Of([0, 0, 0, 0, 2, 1, 0, 1, 2], 3);
        double[] solution = [0, 3, 3];

        system.Solve(solution);

        system.UsedRidge.ShouldBeTrue();
        solution.Zip([0.0, 1.0, 1.0], (got, expected) => Math.Abs(got - expected)).Max().ShouldBeLessThan(1e-8);
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
