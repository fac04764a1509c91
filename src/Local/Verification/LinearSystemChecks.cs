using S2M.Model.ImplicitDifferentiation;
using S2M.Numerics.Randomness;

namespace S2M.Local.Verification;

/// <summary>The systems that gradients through fits are solved from: regular ones are solved, singular ones told.</summary>
internal static class LinearSystemChecks
{
    private const double Solved = 1e-10;

    // What a ridge of 1e-10 of the diagonal leaves.
    private const double WithRidge = 1e-8;

    private static readonly int[] Sizes = [1, 2, 3, 4, 5, 7, 8, 13, 40, 101];

    /// <summary>Runs the checks.</summary>
    internal static IEnumerable<Check> Run()
    {
        double[] ofRegular = [.. Sizes.Select(size => Residual(Regular(size), size, isSingular: false))];
        yield return new Check("mixture: regular linear systems", ofRegular.Length, ofRegular.Max(), Solved);
        int[] larger = [.. Sizes.Where(size => size > 1)];
        double[] ofSingular = [.. larger.Select(size => Residual(Singular(size), size, isSingular: true))];
        yield return new Check("mixture: singular linear systems", ofSingular.Length, ofSingular.Max(), WithRidge);
        int unsaid = Sizes.Count(size =>
        {
            double[] vector = [.. Enumerable.Repeat(1.0, size)];
            LinearSystem system = LinearSystem.Of([.. Enumerable.Repeat(double.NaN, size * size)], size);
            system.Solve(vector);
            return !system.UsedRidge || vector.Any(value => value != 0);
        });
        yield return new Check("mixture: systems that are no numbers", Sizes.Length, unsaid, 0);
    }

    // Of A x = b, relative to b, where b is A times a known vector; infinite where what is singular is not told as such, or the other way.
    private static double Residual(double[] matrix, int size, bool isSingular)
    {
        double[] right = Product(matrix, Normals(size, 3));
        LinearSystem system = LinearSystem.Of([.. matrix], size);
        double[] solution = [.. right];
        system.Solve(solution);
        return system.UsedRidge == isSingular ? right.Zip(Product(matrix, solution), (left, got) => Math.Abs(left - got)).Max() / right.Max(Math.Abs) : double.PositiveInfinity;
    }

    // Rows want exchanging: the diagonal is small, and the first element 0 where there is another.
    private static double[] Regular(int size)
    {
        double[] matrix = Normals(size * size, 1);
        for (int i = 0; i < size && size > 1; i++)
        {
            matrix[(i * size) + i] *= i == 0 ? 0 : 1e-6;
        }

        return matrix;
    }

    // The last row is the sum of the others.
    private static double[] Singular(int size)
    {
        double[] matrix = Normals(size * size, 2);
        for (int column = 0; column < size; column++)
        {
            matrix[((size - 1) * size) + column] = Enumerable.Range(0, size - 1).Sum(row => matrix[(row * size) + column]);
        }

        return matrix;
    }

    private static double[] Product(double[] matrix, double[] vector)
        => [.. Enumerable.Range(0, vector.Length).Select(row => vector.Select((value, column) => value * matrix[(row * vector.Length) + column]).Sum())];

    private static double[] Normals(int count, uint purpose)
    {
        var random = new PhiloxRandom((ulong)count, RandomPurpose.Initialization, purpose);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextNormal())];
    }
}
