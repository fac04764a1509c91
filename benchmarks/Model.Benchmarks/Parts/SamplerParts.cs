using BenchmarkDotNet.Attributes;
using S2M.Data.Sampling;
using S2M.Model.Benchmarks.Images;

namespace S2M.Model.Benchmarks.Parts;

/// <summary>From an address to the tensor that is embedded, images decoded before.</summary>
public class SamplerParts
{
    private BenchmarkImages _images = null!;
    private Episode _episode = null!;
    private float[] _from = [];
    private float[] _to = [];
    private int _index;

    [GlobalSetup]
    public void Prepare()
    {
        _images = PartInputs.Images;
        _episode = _images.EpisodeAt(0);
        _from = new float[_episode.Pool.Count * _images.Format.PixelCount];
        _to = new float[_from.Length];
        LoadPool();
    }

    [Benchmark(Baseline = true, Description = "copy of a pool's pixels")]
    public float[] CopyPool()
    {
        _from.CopyTo(_to, 0);
        return _to;
    }

    [Benchmark(Description = "draw an episode")]
    public object SampleEpisode() => _images.EpisodeAt(_index++);

    [Benchmark(Description = "load a pool")]
    public void LoadPool() => _images.Pools.Load(_episode.Pool, _episode.Pool.Count).Dispose();
}
