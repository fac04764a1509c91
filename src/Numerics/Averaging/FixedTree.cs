using System.Numerics;
using S2M.Numerics.Parameters;

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
    /// <returns>A new node; where one of the two is absent, the other itself.</returns>
    /// <exception cref="ArgumentException">Both are present and their lengths differ.</exception>
    public static EpisodeSum Add(EpisodeSum left, EpisodeSum right)
        => Add(new Branch(left, IsOurs: false), new Branch(right, IsOurs: false), new Stack<EpisodeSum>()).Sum;

    /// <summary>The root over all leaves, in order. The leaves are not changed.</summary>
    /// <param name="leaves">At least one leaf.</param>
    public static EpisodeSum Sum(IReadOnlyList<EpisodeSum> leaves)
        => Combine(leaves.Count, [.. leaves.Select((leaf, index) => (index, 1, leaf))]);

    /// <summary>
    /// The root over leaves that are computed one after the other, each added as soon as it can be: about log2 <paramref name="count"/> of them are held.
    /// A subtree has the shape of a tree of its own, so a node of a larger tree is summed by its count alone.
    /// </summary>
    /// <param name="count">How many leaves, at least 1.</param>
    /// <param name="leaf">Gives the leaf of an index, asked for once each, in order. Its arrays become the tree's, which adds into them.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no leaf.</exception>
    public static EpisodeSum Sum(int count, Func<int, EpisodeSum> leaf)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentNullException.ThrowIfNull(leaf);
        return Grow(0, count, leaf, new Stack<EpisodeSum>()).Sum;
    }

    /// <summary>The complete aligned subtrees that a run of leaves covers, in order: what a worker may add before it answers.</summary>
    /// <param name="leaves">Leaves of the whole tree, at least 1.</param>
    /// <param name="first">First leaf of the run.</param>
    /// <param name="count">Leaves in the run, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The run leaves the tree.</exception>
    public static IReadOnlyList<(int First, int Count)> CompleteNodes(int leaves, int first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(leaves, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, leaves - count);
        var nodes = new List<(int First, int Count)>();
        Cover(0, leaves, first, first + count, nodes);
        return nodes;
    }

    /// <summary>The root over nodes that together cover all leaves, each a subtree of the tree.</summary>
    /// <param name="leaves">Leaves of the whole tree, at least 1.</param>
    /// <param name="nodes">Subtrees in any order; together every leaf once.</param>
    /// <param name="areOurs">Whether their arrays become the tree's, which adds into them; otherwise they are not changed.</param>
    /// <exception cref="ArgumentException">A leaf is missing, covered twice, or a node is no subtree.</exception>
    public static EpisodeSum Combine(int leaves, IReadOnlyList<(int First, int Count, EpisodeSum Sum)> nodes, bool areOurs = false)
    {
        var byRange = new Dictionary<(int First, int Count), Branch>();
        long covered = 0;
        foreach ((int first, int count, EpisodeSum sum) in nodes)
        {
            if (count < 1)
            {
                throw new ArgumentException($"nodes: expected subtrees of at least 1 leaf, got {count} at leaf {first}");
            }

            if (!byRange.TryAdd((first, count), new Branch(sum, areOurs)))
            {
                throw new ArgumentException($"nodes: expected every leaf once, got leaves {first} to {first + count - 1} twice");
            }

            covered += count;
        }

        if (leaves < 1 || covered != leaves)
        {
            throw new ArgumentException($"nodes: expected {leaves} leaves (at least 1), got {covered}");
        }

        return Node(0, leaves, byRange, new Stack<EpisodeSum>()).Sum;
    }

    private static Branch Node(int first, int count, Dictionary<(int First, int Count), Branch> nodes, Stack<EpisodeSum> spare)
    {
        if (nodes.TryGetValue((first, count), out Branch node))
        {
            return node;
        }

        if (count == 1)
        {
            throw new ArgumentException($"nodes: expected subtrees that cover every leaf, got nothing for leaf {first}");
        }

        int left = LeftCount(count);
        return Add(Node(first, left, nodes, spare), Node(first + left, count - left, nodes, spare), spare);
    }

    private static Branch Grow(int first, int count, Func<int, EpisodeSum> leaf, Stack<EpisodeSum> spare)
    {
        // What two additions freed is not needed again: every leaf brings its own arrays.
        spare.Clear();
        if (count == 1)
        {
            return new Branch(leaf(first), IsOurs: true);
        }

        int left = LeftCount(count);
        Branch earlier = Grow(first, left, leaf, spare);
        return Add(earlier, Grow(first + left, count - left, leaf, spare), spare);
    }

    /// <summary>Adds into a buffer that an addition below made, where there is one: a tree of n leaves allocates about log2 n vectors, not n.</summary>
    private static Branch Add(Branch left, Branch right, Stack<EpisodeSum> spare)
    {
        if (left.Sum.Present == 0 || right.Sum.Present == 0)
        {
            return left.Sum.Present == 0 ? right : left;
        }

        (EpisodeSum one, EpisodeSum other) = (left.Sum, right.Sum);
        if (one.Values.Length != other.Values.Length || one.Metrics.Length != other.Metrics.Length)
        {
            throw new ArgumentException(
                $"right: expected {one.Values.Length} values and {one.Metrics.Length} metrics as on the left, got {other.Values.Length} and {other.Metrics.Length}");
        }

        EpisodeSum target = left.IsOurs ? one : right.IsOurs ? other : spare.TryPop(out EpisodeSum? free) ? free : New(one);
        VectorRanges.Each(
            one.Values.Length, (from, count) => FlatVector.Add(one.Values.AsSpan(from, count), other.Values.AsSpan(from, count), target.Values.AsSpan(from, count)));
        for (int i = 0; i < target.Metrics.Length; i++)
        {
            target.Metrics[i] = one.Metrics[i] + other.Metrics[i];
        }

        if (left.IsOurs && right.IsOurs)
        {
            spare.Push(other);
        }

        return new Branch(target with { Present = one.Present + other.Present }, IsOurs: true);
    }

    private static EpisodeSum New(EpisodeSum like) => new(0, new float[like.Values.Length], new double[like.Metrics.Length]);

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

    /// <summary>A node on its way up.</summary>
    /// <param name="Sum">The node.</param>
    /// <param name="IsOurs">Whether its arrays are this tree's, made by an addition or handed over, so that the next one may write into them.</param>
    private readonly record struct Branch(EpisodeSum Sum, bool IsOurs);
}
