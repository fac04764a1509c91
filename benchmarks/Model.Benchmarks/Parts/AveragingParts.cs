using BenchmarkDotNet.Attributes;
using S2M.Numerics.Averaging;
using S2M.Numerics.Parameters;

namespace S2M.Model.Benchmarks.Parts;

/// <summary>The fixed tree over a step's leaves, against a copy of the leaves.</summary>
public class AveragingParts
{
    private const int MetricCount = 5;
    private EpisodeSum[] _leaves = [];
    private float[][] _copies = [];

    /// <summary>Leaves of the tree.</summary>
    [Params(2, 8, 32)]
    public int Episodes { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        (ParameterLayout parameters, ParameterLayout buffers) = PartInputs.Layouts();
        int count = parameters.Count + buffers.Count;
        _leaves = [.. Enumerable.Range(0, Episodes).Select(leaf => new EpisodeSum(1, PartInputs.Values(count, leaf), new double[MetricCount]))];
        _copies = [.. _leaves.Select(_ => new float[count])];
    }

    [Benchmark(Baseline = true, Description = "copy of the leaves")]
    public float[][] Copy()
    {
        for (int leaf = 0; leaf < _leaves.Length; leaf++)
        {
            _leaves[leaf].Values.CopyTo(_copies[leaf], 0);
        }

        return _copies;
    }

    [Benchmark(Description = "fixed-tree sum")]
    public object Sum() => FixedTree.Sum(_leaves);
}
