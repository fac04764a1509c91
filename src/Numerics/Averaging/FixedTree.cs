using System.Numerics;

namespace S2M.Numerics.Averaging;

/// <summary>
/// The sum over a step's episodes: a fixed binary tree whose left part is the largest power of two below the count. Which worker computed
/// which leaves, and in what order answers came, changes no bit. An absent leaf is the identity (nothing is padded: -0 + 0 would change bits).
/// </summary>
public static class FixedTree
{
    /// <summary>Adds two neighbouring nodes, elementwise.</summary>
    /// <param name="left">The node over the earlier episodes.</param>
    /// <param name="right">The node over the later episodes, of the same lengths unless one is absent.</param>
    /// <exception cref="ArgumentException">Both are present and their lengths differ.</exception>
    public static EpisodeSum Add(EpisodeSum left, EpisodeSum right)
    {
        if (left.Present == 0 || right.Present == 0)
        {
            return left.Present == 0 ? right : left;
        }

        if (left.Values.Length != right.Values.Length || left.Metrics.Length != right.Metrics.Length)
        {
            throw new ArgumentException(
                $"right: expected {left.Values.Length} values and {left.Metrics.Length} metrics as on the left, got {right.Values.Length} and {right.Metrics.Length}");
        }

        float[] values = new float[left.Values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = left.Values[i] + right.Values[i];
        }

        double[] metrics = new double[left.Metrics.Length];
        for (int i = 0; i < metrics.Length; i++)
        {
            metrics[i] = left.Metrics[i] + right.Metrics[i];
        }

        return new EpisodeSum(left.Present + right.Present, values, metrics);
    }

    /// <summary>The root over all leaves, in order.</summary>
    /// <param name="leaves">At least one leaf.</param>
    public static EpisodeSum Sum(IReadOnlyList<EpisodeSum> leaves)
        => Combine(leaves.Count, [.. leaves.Select((leaf, index) => (index, 1, leaf))]);

    /// <summary>The complete aligned subtrees that a run of leaves covers, in order: what a worker may add before it answers.</summary>
    /// <param name="leaves">Leaves of the whole tree.</param>
    /// <param name="first">First leaf of the run.</param>
    /// <param name="count">Leaves in the run.</param>
    public static IReadOnlyList<(int First, int Count)> CompleteNodes(int leaves, int first, int count)
    {
        var nodes = new List<(int First, int Count)>();
        Cover(0, leaves, first, first + count, nodes);
        return nodes;
    }

    /// <summary>The root over nodes that together cover all leaves, each a subtree of the tree.</summary>
    /// <param name="leaves">Leaves of the whole tree, at least 1.</param>
    /// <param name="nodes">Subtrees in any order; together every leaf once.</param>
    /// <exception cref="ArgumentException">A leaf is missing, covered twice, or a node is no subtree.</exception>
    public static EpisodeSum Combine(int leaves, IReadOnlyList<(int First, int Count, EpisodeSum Sum)> nodes)
    {
        var byRange = new Dictionary<(int First, int Count), EpisodeSum>();
        int covered = 0;
        foreach ((int first, int count, EpisodeSum sum) in nodes)
        {
            if (!byRange.TryAdd((first, count), sum))
            {
                throw new ArgumentException($"nodes: expected every leaf once, got leaves {first} to {first + count - 1} twice");
            }

            covered += count;
        }

        if (leaves < 1 || covered != leaves)
        {
            throw new ArgumentException($"nodes: expected {leaves} leaves (at least 1), got {covered}");
        }

        return Node(0, leaves, byRange);
    }

    private static EpisodeSum Node(int first, int count, Dictionary<(int First, int Count), EpisodeSum> nodes)
    {
        if (nodes.TryGetValue((first, count), out EpisodeSum? sum))
        {
            return sum;
        }

        if (count == 1)
        {
            throw new ArgumentException($"nodes: expected subtrees that cover every leaf, got nothing for leaf {first}");
        }

        int left = LeftCount(count);
        return Add(Node(first, left, nodes), Node(first + left, count - left, nodes));
    }

    private static void Cover(int first, int count, int from, int to, List<(int First, int Count)> nodes)
    {
        if (first >= from && first + count <= to)
        {
            nodes.Add((first, count));
        }
        else if (first < to && first + count > from)
        {
            int left = LeftCount(count);
            Cover(first, left, from, to, nodes);
            Cover(first + left, count - left, from, to, nodes);
        }
    }

    private static int LeftCount(int count) => (int)(BitOperations.RoundUpToPowerOf2((uint)count) / 2);
}
