// Shapes: P images, C, H, W channels, height and width, D descriptor size.
using S2M.Data.Sampling;
using S2M.Model;
using S2M.Numerics.Averaging;
using S2M.Numerics.Mixtures;
using S2M.Numerics.Parameters;
using S2M.Specification;
using S2M.Worker.Evaluation;
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
    private DescriptorPool? _pool;

    /// <summary>Makes the runner.</summary>
    /// <param name="specification">The job.</param>
    /// <param name="images">Where pools come from.</param>
    public ShareRunner(JobSpecification specification, PoolTensors images)
    {
        // The kernels' thread count is part of the numeric contract; the setting is the whole process'.
        set_num_threads(1);
        _network = new Set2ModelNetwork(specification);
        _images = images;
        Format = specification.Training.GradientFormat;
    }

    /// <summary>The network, for layouts and version 0.</summary>
    public Set2ModelNetwork Network => _network;

    /// <summary>How the numbers of leaves are rounded.</summary>
    public GradientFormat Format { get; }

    /// <summary>One episode's leaf, rounded to the job's format.</summary>
    /// <returns>The leaf; <see cref="EpisodeSum.Absent"/> where something of it is not finite.</returns>
    public EpisodeSum ComputeEpisode(ParameterSnapshot snapshot, Episode episode)
    {
        Load(snapshot);
        using DisposeScope scope = NewDisposeScope();
        EpisodeSum leaf = _network.ComputeEpisode(_images.Load(episode.Pool, episode.Pool.Count), episode);
        if (Format == GradientFormat.Bfloat16)
        {
            Bfloat16.Round(leaf.Values);
            return FlatVector.IsFinite(leaf.Values) ? leaf : EpisodeSum.Absent;
        }

        return leaf;
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
    /// <param name="head">Which head scores.</param>
    /// <param name="withComponents">Whether the component of each support row is wanted.</param>
    /// <param name="cancellationToken">Stops at the next group.</param>
    /// <returns>For each group row-major concepts x queries, then where they are wanted the components of the support rows.</returns>
    public IReadOnlyList<double[]> Score(
        ParameterSnapshot snapshot, float[] descriptors, IEnumerable<EpisodeGroup> groups, ScoringHead head, bool withComponents, CancellationToken cancellationToken)
    {
        Load(snapshot);
        DescriptorPool pool = Widen(descriptors);
        var scores = new List<double[]>();
        foreach (EpisodeGroup group in groups)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int[] queries = [.. group.Concepts.SelectMany(concept => concept.Positives), .. group.Distractors];
            double[] picked = pool.Pick(queries);
            double[] ofGroup = new double[group.Concepts.Count * queries.Length];
            var components = new List<double>();
            for (int concept = 0; concept < group.Concepts.Count; concept++)
            {
                GaussianMixture mixture = _network.Fit(pool.Values, group.Concepts[concept].Support, head);
                mixture.LogDensities(picked, ofGroup.AsSpan(concept * queries.Length, queries.Length));
                if (withComponents)
                {
                    components.AddRange(mixture.LikeliestComponents(pool.Pick(group.Concepts[concept].Support)).Select(component => (double)component));
                }
            }

            scores.Add([.. ofGroup, .. components]);
        }

        return scores;
    }

    /// <summary>Scores the same targets under every support set.</summary>
    /// <param name="snapshot">The parameters; only the head's are used.</param>
    /// <param name="descriptors">Pool x D.</param>
    /// <param name="supports">Rows of the pool, a list for each concept.</param>
    /// <param name="targets">Rows of the pool.</param>
    /// <param name="head">Which head scores.</param>
    /// <param name="cancellationToken">Stops at the next concept.</param>
    /// <returns>For each support set the targets' scores.</returns>
    public IReadOnlyList<double[]> Rank(
        ParameterSnapshot snapshot, float[] descriptors, IEnumerable<IReadOnlyList<int>> supports, IReadOnlyList<int> targets, ScoringHead head, CancellationToken cancellationToken)
    {
        Load(snapshot);
        DescriptorPool pool = Widen(descriptors);
        double[] picked = pool.Pick(targets);
        var scores = new List<double[]>();
        foreach (IReadOnlyList<int> support in supports)
        {
            cancellationToken.ThrowIfCancellationRequested();
            double[] ofTargets = new double[targets.Count];
            _network.Fit(pool.Values, support, head).LogDensities(picked, ofTargets);
            scores.Add(ofTargets);
        }

        return scores;
    }

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();

    private DescriptorPool Widen(float[] descriptors)
    {
        if (!ReferenceEquals(_pool?.Source, descriptors))
        {
            _pool = new DescriptorPool(descriptors, _network.DescriptorSize);
        }

        return _pool!;
    }

    private void Load(ParameterSnapshot snapshot)
    {
        if (!ReferenceEquals(snapshot, _loaded))
        {
            _network.Load(snapshot);
            _loaded = snapshot;
        }
    }
}
