using System.Globalization;

namespace S2M.Specification;

/// <summary>Scalars that are learned once for each shot count: their names, and which of them a support of another size takes.</summary>
public static class ShotCounts
{
    private const string Mark = ".shots_";

    /// <summary>The name of a variance offset's logarithm, without its shot count.</summary>
    public const string VarianceOffset = "head.log_variance_offset";

    /// <summary>The name of a scalar of a shot count.</summary>
    /// <param name="scalar">Its name without the shot count.</param>
    /// <param name="shots">The shot count.</param>
    public static string NameOf(string scalar, int shots) => string.Create(CultureInfo.InvariantCulture, $"{scalar}{Mark}{shots}");

    /// <summary>The shot count of a name; null where it is not one of the scalar's.</summary>
    /// <param name="scalar">The scalar's name without the shot count.</param>
    /// <param name="name">The name.</param>
    public static int? Of(string scalar, string name)
        => name.StartsWith(scalar + Mark, StringComparison.Ordinal) && int.TryParse(name.AsSpan(scalar.Length + Mark.Length), CultureInfo.InvariantCulture, out int shots) ? shots : null;

    /// <summary>The index of the shot count that is nearest to a support size, of two equally near the larger.</summary>
    /// <param name="trained">Shot counts in ascending order, at least one.</param>
    /// <param name="shots">Support size.</param>
    public static int Nearest(IReadOnlyList<int> trained, int shots)
    {
        int best = 0;
        for (int i = 1; i < trained.Count; i++)
        {
            best = Math.Abs(trained[i] - shots) <= Math.Abs(trained[best] - shots) ? i : best;
        }

        return best;
    }
}
