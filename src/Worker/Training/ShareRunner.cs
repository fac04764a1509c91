// Shapes: P images, C, H, W channels, height and width, D descriptor size.
using System.Runtime.InteropServices;
using S2M.Data.Sampling;
using S2M.Model;
using S2M.Numerics.Averaging;
using S2M.Numerics.Parameters;
using S2M.Specification;
using S2M.Worker.Images;
using TorchSharp;
using static TorchSharp.torch;

namespace S2M.Worker.Training;

/// <summary>Computes shares of a job with a network of its own. Belongs to one <see cref="TrainingThread"/>.</summary>
public sealed class ShareRunner : IDisposable
{
    /// <summary>Images of an embedding chunk. The bits of a descriptor depend on it, so it never varies (the last chunk is padded).</summary>
    public const int EmbeddingChunk = 256;

    private readonly Set2ModelNetwork _network;
    private readonly PoolTensors _images;
    private ParameterSnapshot? _loaded;

    /// <summary>Makes the runner.</summary>
    /// <param name="specification">The job.</param>
    /// <param name="images">Where pools come from.</param>
    public ShareRunner(JobSpecification specification, PoolTensors images)
    {
        // Per thread: the kernels' thread count is part of the numeric contract.
        set_num_threads(1);
        _network = new Set2ModelNetwork(specification);
        _images = images;
    }

    /// <summary>The network, for layouts and version 0.</summary>
    public Set2ModelNetwork Network => _network;

    /// <summary>One episode's leaf.</summary>
    public EpisodeSum ComputeEpisode(ParameterSnapshot snapshot, Episode episode)
    {
        Load(snapshot);
        using DisposeScope scope = NewDisposeScope();
        return _network.ComputeEpisode(_images.Load(episode.Pool, episode.Pool.Count), episode);
    }

    /// <summary>Embeds one chunk.</summary>
    /// <param name="snapshot">The parameters.</param>
    /// <param name="chunk">1 to <see cref="EmbeddingChunk"/> images.</param>
    /// <returns>Normalised descriptors, chunk x D.</returns>
    public float[] Embed(ParameterSnapshot snapshot, IReadOnlyList<PoolImage> chunk)
    {
        Load(snapshot);
        using DisposeScope scope = NewDisposeScope();
        float[] descriptors = new float[EmbeddingChunk * _network.DescriptorSize];
        _network.Embed(_images.Load(chunk, EmbeddingChunk), descriptors);
        return descriptors[..(chunk.Count * _network.DescriptorSize)];
    }

    /// <summary>Scores groups over descriptors.</summary>
    /// <param name="snapshot">The parameters; only the head's are used.</param>
    /// <param name="descriptors">Pool x D.</param>
    /// <param name="groups">Index lists into the pool.</param>
    /// <param name="nearestMean">Nearest class mean in place of the job's head.</param>
    /// <param name="cancellationToken">Stops at the next group.</param>
    /// <returns>For each group row-major concepts x queries.</returns>
    public IReadOnlyList<double[]> Score(
        ParameterSnapshot snapshot, float[] descriptors, IEnumerable<EpisodeGroup> groups, bool nearestMean, CancellationToken cancellationToken)
    {
        Load(snapshot);
        using DisposeScope scope = NewDisposeScope();
        Tensor narrow_PD = empty([descriptors.Length / _network.DescriptorSize, _network.DescriptorSize], ScalarType.Float32);
        MemoryMarshal.AsBytes<float>(descriptors).CopyTo(narrow_PD.bytes);
        Tensor pool_PD = narrow_PD.to_type(ScalarType.Float64);
        var scores = new List<double[]>();
        foreach (EpisodeGroup group in groups)
        {
            cancellationToken.ThrowIfCancellationRequested();
            scores.Add(_network.Score(pool_PD, group, nearestMean));
        }

        return scores;
    }

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();

    private void Load(ParameterSnapshot snapshot)
    {
        if (!ReferenceEquals(snapshot, _loaded))
        {
            _network.Load(snapshot);
            _loaded = snapshot;
        }
    }
}
