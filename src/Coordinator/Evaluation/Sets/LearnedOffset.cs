using S2M.Coordinator.Training;
using S2M.Numerics.Parameters;
using S2M.Numerics.Portable;

namespace S2M.Coordinator.Evaluation.Sets;

/// <summary>The variance offset eps that a version's head fits a support with, read off its parameters.</summary>
internal static class LearnedOffset
{
    private const string Prefix = "head.log_variance_offset.shots_";

    /// <summary>The learned eps of the nearest trained shot count, the larger of two equally near; the job's own where none is learned.</summary>
    /// <param name="definition">Names the parameters.</param>
    /// <param name="snapshot">Their values.</param>
    /// <param name="shots">Support size, at least 1.</param>
    /// <param name="start">The job's <c>network.variance_offset</c>.</param>
    internal static double Of(NetworkDefinition definition, ParameterSnapshot snapshot, int shots, double start)
    {
        (int Shots, int Index)[] learned = [.. definition.Parameters.Entries.Index()
            .Where(entry => entry.Item.Name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(entry => (int.Parse(entry.Item.Name.AsSpan(Prefix.Length), System.Globalization.CultureInfo.InvariantCulture), entry.Index))];
        if (learned.Length == 0)
        {
            return start;
        }

        int index = learned.OrderBy(entry => Math.Abs(entry.Shots - shots)).ThenByDescending(entry => entry.Shots).First().Index;
        return PortableMath.Exp(snapshot.Parameters[definition.Parameters.OffsetOf(index)]);
    }
}
