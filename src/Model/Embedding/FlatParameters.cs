using S2M.Numerics.Parameters;
using static TorchSharp.torch;

namespace S2M.Model.Embedding;

/// <summary>Tensors that are views of one flat buffer, with a second one for their gradients: loading and reading are one copy each.</summary>
internal sealed class FlatParameters : IDisposable
{
    private readonly Tensor _values;
    private readonly Tensor? _gradient;
    private readonly Tensor[] _views;
    private readonly List<Tensor> _gradientViews = [];
    private readonly ParameterLayout _layout;

    /// <summary>Makes the buffers, zeroed.</summary>
    /// <param name="layout">Names and shapes of the views.</param>
    /// <param name="withGradient">Whether the views take part in backward passes.</param>
    internal FlatParameters(ParameterLayout layout, bool withGradient)
    {
        _layout = layout;
        _values = zeros([layout.Count], ScalarType.Float32).DetachFromDisposeScope();
        _gradient = withGradient ? zeros([layout.Count], ScalarType.Float32).DetachFromDisposeScope() : null;
        _views = new Tensor[layout.Entries.Count];
        for (int i = 0; i < _views.Length; i++)
        {
            _views[i] = View(_values, layout, i);
            if (_gradient is not null)
            {
                Tensor gradient = View(_gradient, layout, i);
                _views[i].requires_grad_(true);
                _views[i].grad = gradient;
                _gradientViews.Add(gradient);
            }
        }
    }

    /// <summary>View number <paramref name="index"/>, in the order of the layout.</summary>
    internal Tensor this[int index] => _views[index];

    /// <summary>Overwrites all values.</summary>
    internal void Load(ReadOnlySpan<float> flat) => flat.CopyTo(TensorMemory.Elements<float>(_values));

    /// <summary>The values, in place.</summary>
    internal Span<float> Values => TensorMemory.Elements<float>(_values);

    /// <summary>The gradients, in place.</summary>
    internal Span<float> Gradient => TensorMemory.Elements<float>(_gradient!);

    /// <summary>The values of entry <paramref name="index"/>, in place.</summary>
    internal Span<float> ValuesOf(int index) => _layout.Slice(Values, index);

    /// <summary>The gradient of entry <paramref name="index"/>, in place.</summary>
    internal Span<float> GradientOf(int index) => _layout.Slice(Gradient, index);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor view in _views.Concat(_gradientViews))
        {
            view.Dispose();
        }

        _gradient?.Dispose();
        _values.Dispose();
    }

    private static Tensor View(Tensor flat, ParameterLayout layout, int index)
    {
        using Tensor part = flat.narrow(0, layout.OffsetOf(index), layout.Entries[index].Count);
        using Tensor shaped = part.view([.. layout.Entries[index].Shape.Select(length => (long)length)]);
        return shaped.detach().DetachFromDisposeScope();
    }
}
