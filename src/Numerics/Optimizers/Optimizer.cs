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
    private readonly (int Entry, int Offset, int Length)[] _pieces;
    private readonly (string Name, float[] Values)[] _moments;

    /// <summary>Keeps the layout and zeroes the moments.</summary>
    /// <param name="layout">What the flat vectors hold.</param>
    /// <param name="moments">Names of one or two moments.</param>
    private protected Optimizer(ParameterLayout layout, params IReadOnlyList<string> moments)
    {
        _layout = layout;
        _pieces = [.. Cut(layout)];
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
    public void Step(Memory<float> parameters, ReadOnlyMemory<float> gradient, double learningRate) => Step(parameters, gradient, 1, learningRate, parameters);

    /// <summary>Makes one update by a mean: (24) of docs/maths.md and the rule in one pass over the vectors, in ranges on all processors.</summary>
    /// <param name="parameters">Values, the layout's length.</param>
    /// <param name="sum">Sum of dL/dparameters over episodes, the layout's length.</param>
    /// <param name="count">How many episodes it is the sum of, at least 1.</param>
    /// <param name="learningRate">The rate of this step, at least 0.</param>
    /// <param name="next">Receives the new values, the layout's length; may be <paramref name="parameters"/>.</param>
    /// <exception cref="ArgumentException">A length is not the layout's.</exception>
    public void Step(ReadOnlyMemory<float> parameters, ReadOnlyMemory<float> sum, float count, double learningRate, Memory<float> next)
    {
        Expect(nameof(parameters), parameters.Length);
        Expect("gradient", sum.Length);
        Expect(nameof(next), next.Length);
        StepCount++;
        Prepare(StepCount);
        VectorRanges.Each(_layout.Count, _pieces.Length, index =>
        {
            (int entry, int offset, int length) = _pieces[index];
            ParameterEntry of = _layout.Entries[entry];
            var rates = new Rates(count, learningRate * of.LearningRateScale, of.WeightDecayScale);
            UpdatePiece(parameters.Span.Slice(offset, length), sum.Span.Slice(offset, length), next.Span.Slice(offset, length), offset, rates);
        });
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
    /// <param name="lanes">The elements.</param>
    /// <param name="rates">What is alike for all of them.</param>
    private protected abstract void Update(Lanes lanes, Rates rates);

    private static IEnumerable<(int Entry, int Offset, int Length)> Cut(ParameterLayout layout)
    {
        for (int entry = 0; entry < layout.Entries.Count; entry++)
        {
            int count = layout.Entries[entry].Count;
            for (int from = 0; from < count; from += VectorRanges.Longest)
            {
                yield return (entry, layout.OffsetOf(entry) + from, Math.Min(VectorRanges.Longest, count - from));
            }
        }
    }

    private void UpdatePiece(ReadOnlySpan<float> values, ReadOnlySpan<float> sum, Span<float> next, int offset, Rates rates)
    {
        Span<float> first = _moments[0].Values.AsSpan(offset, values.Length);
        Span<float> second = _moments.Length > 1 ? _moments[1].Values.AsSpan(offset, values.Length) : [];
        int rest = values.Length % Vector256<float>.Count;
        if (rest > 0)
        {
            // The last elements go through the same arithmetic, in a vector filled up with zeros.
            Span<Vector256<float>> last = [FillUp(values, rest), FillUp(sum, rest), FillUp(first, rest), FillUp(second, rest)];
            Update(new Lanes(last[..1], last[1..2], last[..1], last[2..3], second.IsEmpty ? [] : last[3..]), rates);
            TakeBack(last[0], next, rest);
            TakeBack(last[2], first, rest);
            TakeBack(last[3], second, rest);
        }

        Update(new Lanes(LanesOf(values), LanesOf(sum), LanesOf(next), LanesOf(first), LanesOf(second)), rates);
    }

    private static ReadOnlySpan<Vector256<float>> LanesOf(ReadOnlySpan<float> values) => MemoryMarshal.Cast<float, Vector256<float>>(values);

    private static Span<Vector256<float>> LanesOf(Span<float> values) => MemoryMarshal.Cast<float, Vector256<float>>(values);

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

    /// <summary>Elements of equal number: what a rule reads, and what it writes. No other memory than <paramref name="next"/> and the moments changes.</summary>
    /// <param name="values">The values.</param>
    /// <param name="sum">The sum of their gradient over episodes.</param>
    /// <param name="next">Receives the new values; may be the memory of <paramref name="values"/>.</param>
    /// <param name="first">The first moment.</param>
    /// <param name="second">The second moment; empty where the rule has one moment only.</param>
    private protected readonly ref struct Lanes(
        ReadOnlySpan<Vector256<float>> values, ReadOnlySpan<Vector256<float>> sum, Span<Vector256<float>> next, Span<Vector256<float>> first, Span<Vector256<float>> second)
    {
        internal readonly ReadOnlySpan<Vector256<float>> Values = values;
        internal readonly ReadOnlySpan<Vector256<float>> Sum = sum;
        internal readonly Span<Vector256<float>> Next = next;
        internal readonly Span<Vector256<float>> First = first;
        internal readonly Span<Vector256<float>> Second = second;
    }

    /// <summary>What is alike for the elements of an entry.</summary>
    /// <param name="Count">Episodes of the sum.</param>
    /// <param name="LearningRate">The entry's rate.</param>
    /// <param name="DecayScale">The entry's factor on the weight decay.</param>
    private protected readonly record struct Rates(float Count, double LearningRate, double DecayScale);
}
