using S2M.Coordinator.Training;
using S2M.Numerics.Parameters;
using S2M.Numerics.Portable;
using S2M.Specification;

namespace S2M.Coordinator.Evaluation.Sets;

/// <summary>The variance offset eps that a version's head fits a support with, read off its parameters.</summary>
internal static class LearnedOffset
{
    /// <summary>The learned eps of the nearest trained shot count, the larger of two equally near; the job's own where none is learned.</summary>
    /// <param name="definition">Names the parameters.</param>
    /// <param name="snapshot">Their values.</param>
    /// <param name="shots">Support size, at least 1.</param>
    /// <param name="start">The job's <c>network.variance_offset</c>.</param>
    internal static double Of(NetworkDefinition definition, ParameterSnapshot snapshot, int shots, double start)
    {
        (int Shots, int Index)[] learned = [.. definition.Parameters.Entries.Index()
            .Select(entry => (Shots: ShotCounts.Of(ShotCounts.VarianceOffset, entry.Item.Name), entry.Index))
            .Where(entry => entry.Shots is not null)
            .Select(entry => (entry.Shots!.Value, entry.Index))
            .OrderBy(entry => entry.Value)];
        if (learned.Length == 0)
        {
            return start;
        }

        int index = learned[ShotCounts.Nearest([.. learned.Select(entry => entry.Shots)], shots)].Index;
        return PortableMath.Exp(snapshot.Parameters[definition.Parameters.OffsetOf(index)]);
    }
}
