using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using S2M.Numerics.Parameters;

namespace S2M.Numerics.Optimizers;

/// <summary>
/// An update rule over flat vectors, in plain float32 arithmetic in a written order: equal bits on every machine. Eight elements are taken at a time;
/// + - * / and the root of a lane round exactly as the scalar operation does, and a product is never contracted with a sum. Entries of the layout
/// scale the learning rate and the weight decay.
/// </summary>
public abstract class Optimizer
{
    private readonly ParameterLayout _layout;
    private readonly (string Name, float[] Values)[] _moments;

    /// <summary>Keeps the layout and zeroes the moments.</summary>
    /// <param name="layout">What the flat vectors hold.</param>
    /// <param name="moments">Names of one or two moments.</param>
    private protected Optimizer(ParameterLayout layout, params IReadOnlyList<string> moments)
    {
        _layout = layout;
        _moments = [.. moments.Select(name => (name, new float[layout.Count]))];
    }

    /// <summary>Updates made so far.</summary>
    public int StepCount { get; private set; }

    /// <summary>The moments, by name; each has the layout's length. The arrays are the optimiser's own.</summary>
    public IReadOnlyList<(string Name, float[] Values)> State => _moments;

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
            ParameterEntry of = _layout.Entries[entry];
            UpdateEntry(
                parameters.Slice(offset, of.Count), gradient.Slice(offset, of.Count), offset, learningRate * of.LearningRateScale, of.WeightDecayScale);
        }
    }

    /// <summary>Takes over a stored state; where it is refused, nothing has changed.</summary>
    /// <param name="stepCount">Updates made, at least 0.</param>
    /// <param name="state">The moments, by name.</param>
    /// <exception cref="ArgumentException">A moment is missing or has another length, or the count is negative.</exception>
    public void Restore(int stepCount, IReadOnlyDictionary<string, float[]> state)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(stepCount);
        float[][] stored = new float[_moments.Length][];
        for (int i = 0; i < stored.Length; i++)
        {
            stored[i] = state.GetValueOrDefault(_moments[i].Name) ?? [];
            if (stored[i].Length != _layout.Count)
            {
                throw new ArgumentException($"state: '{_moments[i].Name}': expected {_layout.Count} values, got {stored[i].Length}");
            }
        }

        for (int i = 0; i < stored.Length; i++)
        {
            stored[i].CopyTo(_moments[i].Values, 0);
        }

        StepCount = stepCount;
    }

    /// <summary>Computes what is alike for all elements of a step.</summary>
    /// <param name="step">The step, from 1.</param>
    private protected virtual void Prepare(int step)
    {
    }

    /// <summary>Updates a run of elements, all of one entry.</summary>
    /// <param name="parameters">The values.</param>
    /// <param name="gradient">Their gradient, of the same length.</param>
    /// <param name="first">The first moment, of the same length.</param>
    /// <param name="second">The second moment, of the same length; empty where the rule has one moment only.</param>
    /// <param name="learningRate">The entry's rate.</param>
    /// <param name="decayScale">The entry's factor on the weight decay.</param>
    private protected abstract void Update(
        Span<Vector256<float>> parameters,
        ReadOnlySpan<Vector256<float>> gradient,
        Span<Vector256<float>> first,
        Span<Vector256<float>> second,
        double learningRate,
        double decayScale);

    private void UpdateEntry(Span<float> parameters, ReadOnlySpan<float> gradient, int offset, double learningRate, double decayScale)
    {
        Span<float> first = _moments[0].Values.AsSpan(offset, parameters.Length);
        Span<float> second = _moments.Length > 1 ? _moments[1].Values.AsSpan(offset, parameters.Length) : [];
        Update(Lanes(parameters), MemoryMarshal.Cast<float, Vector256<float>>(gradient), Lanes(first), Lanes(second), learningRate, decayScale);

        int rest = parameters.Length % Vector256<float>.Count;
        if (rest > 0)
        {
            // The last elements go through the same arithmetic, in a vector filled up with zeros.
            Span<Vector256<float>> last = [FillUp(parameters, rest), FillUp(gradient, rest), FillUp(first, rest), FillUp(second, rest)];
            Update(last[..1], last[1..2], last[2..3], second.IsEmpty ? [] : last[3..], learningRate, decayScale);
            TakeBack(last[0], parameters, rest);
            TakeBack(last[2], first, rest);
            TakeBack(last[3], second, rest);
        }
    }

    private static Span<Vector256<float>> Lanes(Span<float> values) => MemoryMarshal.Cast<float, Vector256<float>>(values);

    private static Vector256<float> FillUp(ReadOnlySpan<float> values, int rest)
    {
        Span<float> lanes = stackalloc float[Vector256<float>.Count];
        lanes.Clear();
        if (!values.IsEmpty)
        {
            values[^rest..].CopyTo(lanes);
        }

        return Vector256.Create<float>(lanes);
    }

    private static void TakeBack(Vector256<float> lanes, Span<float> values, int rest)
    {
        for (int i = 0; i < rest && !values.IsEmpty; i++)
        {
            values[values.Length - rest + i] = lanes[i];
        }
    }

    private void Expect(string name, int length)
    {
        if (length != _layout.Count)
        {
            throw new ArgumentException($"{name}: expected {_layout.Count} values as in the layout, got {length}");
        }
    }
}
