// Shapes: P images of the pool, C, H, W channels, height and width, D descriptor size.
using S2M.Data.Sampling;
using S2M.Model.Embedding;
using S2M.Model.Mixture;
using S2M.Numerics.Averaging;
using S2M.Numerics.Mixtures;
using S2M.Numerics.Parameters;
using S2M.Specification;
using TorchSharp;
using static TorchSharp.torch;

namespace S2M.Model;

/// <summary>
/// The map of the forward and backward pass: images, embedding, l2 normalisation, mixtures, loss, and back. One instance belongs to one thread.
/// </summary>
public sealed class Set2ModelNetwork : IDisposable
{
    private readonly JobSpecification _specification;
    private readonly EmbeddingNetwork _embedding;
    private readonly ConceptHead _head;
    private readonly float[] _scalars;

    /// <summary>Builds the network of a job, with zeroed values.</summary>
    /// <param name="specification">The job.</param>
    /// <exception cref="Set2ModelException">The job names a network that does not exist or does not fit its images.</exception>
    public Set2ModelNetwork(JobSpecification specification)
    {
        _specification = specification;
        _embedding = EmbeddingNetworks.Create(specification.Network.Embedding, specification.Data.Size, specification.Data.Channels);
        _head = new ConceptHead(specification);
        _scalars = new float[_head.Scalars.Entries.Count];
        Parameters = new ParameterLayout([.. _embedding.Parameters.Entries, .. _head.Scalars.Entries]);
    }

    /// <summary>What <see cref="EpisodeSum.Metrics"/> holds, in order.</summary>
    public static IReadOnlyList<string> MetricNames { get; } =
    [
        "loss", "hits", "queries", "zero_descriptors", "flat_histograms",
        "fits", "components", "iteration_limits", "collapsed_fits", "too_few_examples", "singular_gradients", "gradient_checks", "failed_gradient_checks",
    ];

    /// <summary>Layout of the trainable values.</summary>
    public ParameterLayout Parameters { get; }

    /// <summary>Layout of the running statistics.</summary>
    public ParameterLayout Buffers => _embedding.Buffers;

    /// <summary>Length D of a descriptor.</summary>
    public int DescriptorSize => _embedding.DescriptorSize;

    /// <summary>Version 0, from the job's seed alone.</summary>
    public ParameterSnapshot Initialize()
    {
        (float[] embedding, float[] buffers) = _embedding.Initialize(_specification.Training.Seed);
        float[] parameters = new float[Parameters.Count];
        embedding.CopyTo(parameters, 0);
        _head.Scalars.Initialize(parameters.AsSpan(embedding.Length));
        return new ParameterSnapshot(0, parameters, buffers);
    }

    /// <summary>Loads a version; what follows is computed with it.</summary>
    public void Load(ParameterSnapshot snapshot)
    {
        ReadOnlySpan<float> parameters = snapshot.Parameters;
        _embedding.Load(parameters[.._embedding.Parameters.Count], snapshot.Buffers);
        parameters[_embedding.Parameters.Count..].CopyTo(_scalars);
    }

    /// <summary>An episode's loss, gradient and batch statistics: a leaf of the fixed tree.</summary>
    /// <param name="images_PCHW">The pool's images, shape (P, C, H, W), float32, values in [0, 1].</param>
    /// <param name="episode">The episode.</param>
    /// <returns>The leaf; <see cref="EpisodeSum.Absent"/> where loss or gradient is not finite.</returns>
    public EpisodeSum ComputeEpisode(Tensor images_PCHW, Episode episode)
    {
        using DisposeScope scope = NewDisposeScope();
        using Tensor raw_PD = _embedding.ForwardTraining(images_PCHW);
        using var dropout = new DescriptorDropout(raw_PD, _specification.Network.Dropout, episode.Address);
        dropout.Apply(raw_PD);
        using L2Normalization normalized = L2Normalization.Apply(raw_PD);
        if (!AreFinite(TensorMemory.Elements<double>(normalized.Descriptors_ND)))
        {
            return EpisodeSum.Absent;
        }

        using Tensor gradient_PD = zeros_like(normalized.Descriptors_ND);

        double[] metrics = new double[MetricNames.Count];
        double[] scalarGradient = new double[_scalars.Length];
        foreach ((EpisodeGroup group, GroupGradient result) in episode.Groups.Zip(_head.AddGradients(normalized.Descriptors_ND, episode, _scalars, gradient_PD)))
        {
            _head.Scalars.AddGradient(
                scalarGradient, group.Shots, result.LogOffsetGradient, result.LogPredictiveGradient, result.LogPriorVarianceGradient, result.LogTemperatureGradient);
            metrics[0] += result.Loss / episode.Groups.Count;
            Add(metrics.AsSpan(1), [result.Hits, result.Queries, 0, result.FlatHistograms, .. result.Fits.Counts]);
        }

        metrics[3] += normalized.ZeroRows;
        using Tensor groups = TensorMemory.Copy([episode.Groups.Count]);
        gradient_PD.div_(groups);
        Tensor rawGradient_PD = normalized.Backward(gradient_PD).to_type(ScalarType.Float32);
        dropout.Apply(rawGradient_PD);
        _embedding.Backward(rawGradient_PD);
        return Leaf(metrics, scalarGradient, episode.Groups.Count);
    }

    /// <summary>Normalised descriptors with running statistics.</summary>
    /// <param name="images_PCHW">Shape (P, C, H, W), float32, values in [0, 1]; always the same P, since the bits depend on it.</param>
    /// <param name="descriptors">Receives P x D values.</param>
    public void Embed(Tensor images_PCHW, Span<float> descriptors)
    {
        using DisposeScope scope = NewDisposeScope();
        using L2Normalization normalized = L2Normalization.Apply(_embedding.ForwardInference(images_PCHW));
        TensorMemory.Elements<float>(normalized.Descriptors_ND.to_type(ScalarType.Float32)).CopyTo(descriptors);
    }

    /// <summary>Fits a concept model.</summary>
    /// <param name="pool">Normalised descriptors, row by row, float64.</param>
    /// <param name="support">Rows of the support set, at least one.</param>
    /// <param name="head">Which head.</param>
    public GaussianMixture Fit(ReadOnlySpan<double> pool, IReadOnlyList<int> support, ScoringHead head) => _head.Fit(pool, DescriptorSize, support, head, _scalars);

    /// <inheritdoc/>
    public void Dispose() => _embedding.Dispose();

    private static bool AreFinite(ReadOnlySpan<double> values)
    {
        bool finite = true;
        foreach (double value in values)
        {
            finite &= double.IsFinite(value);
        }

        return finite;
    }

    private static void Add(Span<double> sums, ReadOnlySpan<double> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            sums[i] += values[i];
        }
    }

    private EpisodeSum Leaf(double[] metrics, double[] scalarGradient, int groups)
    {
        float[] values = new float[Parameters.Count + Buffers.Count];
        _embedding.TakeGradient(values.AsSpan(0, _embedding.Parameters.Count));
        for (int i = 0; i < scalarGradient.Length; i++)
        {
            values[_embedding.Parameters.Count + i] = (float)(scalarGradient[i] / groups);
        }

        _embedding.ReadBatchStatistics(values.AsSpan(Parameters.Count));
        bool finite = double.IsFinite(metrics[0]);
        foreach (float value in values)
        {
            finite &= float.IsFinite(value);
        }

        return finite ? new EpisodeSum(1, values, metrics) : EpisodeSum.Absent;
    }
}
