using BenchmarkDotNet.Attributes;
using S2M.Numerics.Optimizers;
using S2M.Numerics.Parameters;

namespace S2M.Model.Benchmarks.Parts;

/// <summary>One update of all parameters, against a copy of them.</summary>
public class OptimizerParts
{
    private const double LearningRate = 1e-3;
    private Adam _adam = null!;
    private Sgd _descent = null!;
    private float[] _parameters = [];
    private float[] _gradient = [];
    private float[] _copy = [];

    [GlobalSetup]
    public void Prepare()
    {
        (ParameterLayout layout, _) = PartInputs.Layouts();
        _adam = new Adam(layout);
        _descent = new Sgd(layout);
        _parameters = PartInputs.Values(layout.Count, 0);
        _gradient = PartInputs.Values(layout.Count, 1);
        _copy = new float[layout.Count];
    }

    [Benchmark(Baseline = true, Description = "copy of the parameters")]
    public float[] Copy()
    {
        _parameters.CopyTo(_copy, 0);
        return _copy;
    }

    [Benchmark(Description = "Adam step")]
    public void AdamStep() => _adam.Step(_parameters, _gradient, LearningRate);

    [Benchmark(Description = "SGD step")]
    public void DescentStep() => _descent.Step(_parameters, _gradient, LearningRate);
}
