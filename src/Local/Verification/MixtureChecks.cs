using S2M.Model.Mixture;

namespace S2M.Local.Verification;

/// <summary>Mixture fits of one to four components and the implicit gradient through them, on several shapes and regularizers.</summary>
internal static class MixtureChecks
{
    private const double FixedPoint = 1e-10;
    private const double Adjoint = 1e-12;
    private const double Unrolled = 1e-10;
    private const double FiniteDifferences = 1e-6;

    // Without Newton's method, which asks for every product that the gradient has, the slowest fit takes a hundred more.
    private const int MostSteps = 100;

    private static readonly (int Rows, int Size)[] Shapes = [(12, 5), (20, 16), (50, 37), (60, 3)];

    private static readonly MixtureRegularizer[] Regularizers = [new(1e-2), new(1e-3), new(1e-3, 2, 0.02, 1), new(1e-2, 1, 0.02, 1, HasBackground: true)];

    /// <summary>Runs the checks.</summary>
    internal static IEnumerable<Check> Run()
    {
        for (int components = 1; components <= 4; components++)
        {
            MixtureCase[] cases = [.. Shapes.SelectMany(shape => Regularizers.Select(regularizer => new MixtureCase(shape.Rows, shape.Size, components, regularizer)))];
            yield return new Check($"mixture, k = {components}: residual at the fixed point", cases.Length, cases.Max(one => one.FixedPointResidual), FixedPoint);
            yield return new Check($"mixture, k = {components}: residual of the adjoint", cases.Length, cases.Max(one => one.AdjointResidual), Adjoint);
            yield return new Check($"mixture, k = {components}: implicit and unrolled", cases.Length, cases.Max(one => one.UnrolledError()), Unrolled);
            yield return new Check($"mixture, k = {components}: implicit and differences", cases.Length, cases.Max(one => one.FiniteDifferenceError()), FiniteDifferences);
            yield return new Check($"mixture, k = {components}: wrong gradients are told", cases.Length, cases.Max(one => one.ErrorOfWrongGradients()), FiniteDifferences);
            yield return new Check($"mixture, k = {components}: fits of more than {MostSteps} steps", cases.Length, cases.Count(one => one.Steps > MostSteps), 0);
        }

        foreach (Check check in LinearSystemChecks.Run())
        {
            yield return check;
        }
    }
}
