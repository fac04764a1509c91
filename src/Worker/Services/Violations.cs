namespace S2M.Worker.Services;

/// <summary>What is wrong with a request, field by field. The first few are enough.</summary>
internal sealed class Violations
{
    private const int Most = 16;

    private readonly List<(string Field, string Problem)> _all = [];

    /// <summary>Whether nothing is wrong so far.</summary>
    internal bool None => _all.Count == 0;

    /// <summary>Notes a violation where a condition does not hold.</summary>
    /// <returns>The condition.</returns>
    internal bool Require(bool holds, string field, string problem)
    {
        if (!holds && _all.Count < Most)
        {
            _all.Add((field, problem));
        }

        return holds;
    }

    /// <summary>Notes a violation where a list is too short or too long.</summary>
    /// <returns>Whether it is neither.</returns>
    internal bool RequireCount(int count, int least, int most, string field) => Require(count >= least && count <= most, field, $"expected {least} to {most}, got {count}");

    /// <summary>Notes a violation where an index is outside of its range.</summary>
    internal void RequireIndices(IReadOnlyList<int> indices, int exclusiveMaximum, string field)
    {
        for (int i = 0; i < indices.Count; i++)
        {
            if (indices[i] < 0 || indices[i] >= exclusiveMaximum)
            {
                Require(false, $"{field}[{i}]", $"expected 0 to {exclusiveMaximum - 1}, got {indices[i]}");
                return;
            }
        }
    }

    /// <summary>Refuses the request where something is wrong.</summary>
    /// <exception cref="Grpc.Core.RpcException">Something is.</exception>
    internal void ThrowIfAny()
    {
        if (!None)
        {
            throw ShareErrors.Invalid(_all);
        }
    }
}
