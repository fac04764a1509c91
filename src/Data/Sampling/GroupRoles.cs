namespace S2M.Data.Sampling;

/// <summary>Which of a class' drawn images form the support and which the queries of a group: runs of positions, from 0.</summary>
/// <param name="SupportFirst">First support position.</param>
/// <param name="SupportCount">Support size, at least 1.</param>
/// <param name="QueryFirst">First query position.</param>
/// <param name="QueryCount">Queries per class, at least 1; disjoint from the support.</param>
public sealed record GroupRoles(int SupportFirst, int SupportCount, int QueryFirst, int QueryCount);
