using S2M.Data.Sampling;
using S2M.Numerics.Averaging;
using S2M.Numerics.Parameters;
using S2M.Specification;

namespace S2M.Coordinator.Training;

/// <summary>
/// Who computes. The training loop runs over this interface alone, so that the same loop trains in this process, against simulated workers and
/// over the network. Every answer is a function of its arguments, bit for bit.
/// </summary>
public interface IShareExecutor : IAsyncDisposable
{
    /// <summary>Makes version 0 of the job's network.</summary>
    Task<NetworkDefinition> CreateParametersAsync(CancellationToken cancellationToken);

    /// <summary>Computes the gradients of a step's episodes and adds them along the fixed tree.</summary>
    /// <param name="snapshot">The parameters to compute with.</param>
    /// <param name="episodes">All episodes of the step, in order.</param>
    /// <param name="cancellationToken">Stops at the next episode boundary.</param>
    /// <returns>The root of the tree.</returns>
    Task<EpisodeSum> ComputeGradientAsync(ParameterSnapshot snapshot, IReadOnlyList<Episode> episodes, CancellationToken cancellationToken);

    /// <summary>Embeds images with running statistics, in chunks of one fixed size, the last one padded.</summary>
    /// <param name="snapshot">The parameters to compute with.</param>
    /// <param name="images">The images, in an order that is the same for every caller.</param>
    /// <param name="cancellationToken">Stops at the next chunk.</param>
    /// <returns>Normalised descriptors, row by row, <paramref name="images"/>.Count x D.</returns>
    Task<float[]> EmbedAsync(ParameterSnapshot snapshot, IReadOnlyList<PoolImage> images, CancellationToken cancellationToken);

    /// <summary>Fits every concept of a group and scores every query with it.</summary>
    /// <param name="snapshot">The parameters; the head's own (eps) are used.</param>
    /// <param name="descriptors">Descriptors of a pool, row by row, size x D.</param>
    /// <param name="groups">Groups with index lists into that pool.</param>
    /// <param name="head">The job's head, or another on the same descriptors.</param>
    /// <param name="withComponents">Whether the component of each support row is wanted: that of its largest responsibility.</param>
    /// <param name="cancellationToken">Stops at the next group.</param>
    /// <returns>
    /// For each group the scores (log densities), row-major concepts x queries, queries in the order of <see cref="EpisodeGroup"/>; behind them, where they are
    /// wanted, the components of all support rows, concept by concept.
    /// </returns>
    Task<IReadOnlyList<double[]>> ScoreAsync(
        ParameterSnapshot snapshot, float[] descriptors, IReadOnlyList<EpisodeGroup> groups, ScoringHead head, bool withComponents, CancellationToken cancellationToken);

    /// <summary>Fits every support set and scores the same targets with each.</summary>
    /// <param name="snapshot">The parameters; the head's own (eps) are used.</param>
    /// <param name="descriptors">Descriptors of a pool, row by row, size x D.</param>
    /// <param name="supports">Rows of the pool, a list for each concept, each at least one.</param>
    /// <param name="targets">Rows of the pool.</param>
    /// <param name="head">The job's head, or another on the same descriptors.</param>
    /// <param name="cancellationToken">Stops at the next concept.</param>
    /// <returns>For each support set the targets' scores (log densities).</returns>
    Task<IReadOnlyList<double[]>> RankAsync(
        ParameterSnapshot snapshot,
        float[] descriptors,
        IReadOnlyList<IReadOnlyList<int>> supports,
        IReadOnlyList<int> targets,
        ScoringHead head,
        CancellationToken cancellationToken);
}
