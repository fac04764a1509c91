using S2M.Coordinator.Training;
using S2M.Numerics.Parameters;

namespace S2M.Coordinator.Evaluation.Sets;

/// <summary>The descriptors of all images of the sets, and who can score them.</summary>
/// <param name="Executor">Who computes.</param>
/// <param name="Snapshot">The parameters that gave the descriptors.</param>
/// <param name="Descriptors">Row by row, rows x D.</param>
/// <param name="Size">D.</param>
internal sealed record SetPool(IShareExecutor Executor, ParameterSnapshot Snapshot, float[] Descriptors, int Size)
{
    /// <summary>A row.</summary>
    internal ReadOnlySpan<float> Row(int row) => Descriptors.AsSpan(row * Size, Size);

    /// <summary>Some rows, widened, one after the other.</summary>
    internal double[] Pick(IReadOnlyList<int> rows)
    {
        double[] picked = new double[rows.Count * Size];
        for (int i = 0; i < rows.Count; i++)
        {
            ReadOnlySpan<float> row = Row(rows[i]);
            for (int d = 0; d < Size; d++)
            {
                picked[(i * Size) + d] = row[d];
            }
        }

        return picked;
    }
}
