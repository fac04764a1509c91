namespace S2M.Worker.Evaluation;

/// <summary>Descriptors widened to float64, which fits and densities compute in, and picked by row.</summary>
internal sealed class DescriptorPool
{
    private readonly int _size;
    private readonly double[] _values;

    /// <summary>Widens.</summary>
    /// <param name="descriptors">Pool x D.</param>
    /// <param name="size">D.</param>
    internal DescriptorPool(float[] descriptors, int size)
    {
        Source = descriptors;
        _size = size;
        _values = Array.ConvertAll(descriptors, value => (double)value);
    }

    /// <summary>What was widened.</summary>
    internal float[] Source { get; }

    /// <summary>All rows.</summary>
    internal ReadOnlySpan<double> Values => _values;

    /// <summary>Some rows, one after the other.</summary>
    internal double[] Pick(IReadOnlyList<int> rows)
    {
        double[] picked = new double[rows.Count * _size];
        for (int i = 0; i < rows.Count; i++)
        {
            _values.AsSpan(rows[i] * _size, _size).CopyTo(picked.AsSpan(i * _size));
        }

        return picked;
    }
}
