using S2M.Numerics.Parameters;

namespace S2M.Numerics.Optimizers;

/// <summary>
/// An update rule over flat vectors, in plain float32 arithmetic in a written order: equal bits on every machine. Entries of the layout scale the
/// learning rate.
/// </summary>
public abstract class Optimizer
{
    private readonly ParameterLayout _layout;

    /// <summary>Keeps the layout.</summary>
    /// <param name="layout">What the flat vectors hold.</param>
    protected Optimizer(ParameterLayout layout) => _layout = layout;

    /// <summary>Updates made so far.</summary>
    public int StepCount { get; private set; }

    /// <summary>The moments, by name; each has the layout's length. The arrays are the optimiser's own.</summary>
    public abstract IReadOnlyList<(string Name, float[] Values)> State { get; }

    /// <summary>Makes one update in place.</summary>
    /// <param name="parameters">Values, the layout's length.</param>
    /// <param name="gradient">dL/dparameters, the layout's length.</param>
    /// <param name="learningRate">The rate of this step, at least 0.</param>
    /// <exception cref="ArgumentException">A length is not the layout's.</exception>
    public void Step(Span<float> parameters, ReadOnlySpan<float> gradient, double learningRate)
    {
        Expect(nameof(parameters), parameters.Length);
        Expect(nameof(gradient), gradient.Length);
        StepCount++;
        Prepare(StepCount);
        for (int entry = 0; entry < _layout.Entries.Count; entry++)
        {
            int offset = _layout.OffsetOf(entry);
            Update(_layout.Slice(parameters, entry), gradient.Slice(offset, _layout.Entries[entry].Count), offset, learningRate * _layout.Entries[entry].LearningRateScale);
        }
    }

    /// <summary>Takes over a stored state.</summary>
    /// <param name="stepCount">Updates made, at least 0.</param>
    /// <param name="state">The moments, by name.</param>
    /// <exception cref="ArgumentException">A moment is missing or has another length.</exception>
    public void Restore(int stepCount, IReadOnlyDictionary<string, float[]> state)
    {
        foreach ((string name, float[] values) in State)
        {
            if (!state.TryGetValue(name, out float[]? stored) || stored.Length != values.Length)
            {
                throw new ArgumentException($"state: '{name}': expected {values.Length} values, got {stored?.Length.ToString() ?? "none"}");
            }

            stored.CopyTo(values, 0);
        }

        StepCount = stepCount;
    }

    /// <summary>Computes what is alike for all elements of a step.</summary>
    /// <param name="step">The step, from 1.</param>
    private protected virtual void Prepare(int step)
    {
    }

    /// <summary>Updates one entry.</summary>
    /// <param name="parameters">The entry's values.</param>
    /// <param name="gradient">The entry's gradient.</param>
    /// <param name="offset">Where the entry begins in the moments.</param>
    /// <param name="learningRate">The entry's rate.</param>
    private protected abstract void Update(Span<float> parameters, ReadOnlySpan<float> gradient, int offset, double learningRate);

    /// <summary>A zeroed moment.</summary>
    private protected float[] Moment() => new float[_layout.Count];

    private void Expect(string name, int length)
    {
        if (length != _layout.Count)
        {
            throw new ArgumentException($"{name}: expected {_layout.Count} values as in the layout, got {length}");
        }
    }
}
