namespace S2M.Numerics.Averaging;

/// <summary>
/// A node of the fixed tree: the sum over a run of episodes, or one episode's own values at a leaf (docs/maths.md, Averaging).
/// </summary>
/// <param name="Present">How many episodes the sum stands for; 0 where every leaf below was non-finite and left out.</param>
/// <param name="Values">Gradient of the parameters followed by the batch statistics, in the layouts' order. Empty when <paramref name="Present"/> is 0.</param>
/// <param name="Metrics">Sums of the leaf metrics (loss, hits, counts), float64. Empty when <paramref name="Present"/> is 0.</param>
public sealed record EpisodeSum(int Present, float[] Values, double[] Metrics)
{
    /// <summary>The identity of the sum: a leaf that is absent.</summary>
    public static EpisodeSum Absent { get; } = new(0, [], []);
}
