namespace S2M.Data.Sampling;

/// <summary>Which of a class' drawn images a group uses for what: two runs of positions that do not meet.</summary>
/// <param name="SupportFirst">The first support position, from 0.</param>
/// <param name="SupportCount">Support images, at least 1.</param>
/// <param name="QueryFirst">The first query position, from 0.</param>
/// <param name="QueryCount">Query images, at least 1.</param>
public sealed record GroupRoles(int SupportFirst, int SupportCount, int QueryFirst, int QueryCount);
