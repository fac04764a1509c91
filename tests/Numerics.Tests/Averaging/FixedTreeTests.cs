using CsCheck;
using S2M.Numerics.Averaging;

namespace S2M.Numerics.Tests.Averaging;

public sealed class FixedTreeTests
{
    // Exponents far apart, so that every other order of additions gives other bits.
    private static readonly Gen<float> Element = Gen.Select(Gen.Float[-1, 1], Gen.Int[-20, 20], (unit, power) => MathF.ScaleB(unit, power));

    private static readonly Gen<EpisodeSum> Leaf = Gen.Frequency(
        (5, Gen.Select(Element.Array[11], Gen.Double[-1e3, 1e3].Array[3], (values, metrics) => new EpisodeSum(1, values, metrics))),
        (1, Gen.Const(EpisodeSum.Absent)));

    [Fact]
    public void Combine_AnyCutIntoSharesInAnyOrder_GivesTheSameBits()
        => Gen.Select(Leaf.Array[1, 40], Gen.ULong).Sample((leaves, seed) =>
        {
            EpisodeSum expected = FixedTree.Sum(leaves);
            var random = new Numerics.Randomness.PhiloxRandom(seed, 1);
            var nodes = new List<(int First, int Count, EpisodeSum Sum)>();
            for (int first = 0; first < leaves.Length;)
            {
                int count = 1 + random.NextInt32(leaves.Length - first);
                nodes.AddRange(Share(leaves, first, count, preAdd: random.NextInt32(2) == 0));
                first += count;
            }

            (int First, int Count, EpisodeSum Sum)[] answers = [.. nodes];
            random.Shuffle<(int, int, EpisodeSum)>(answers);
            ShouldBeSame(FixedTree.Combine(leaves.Length, answers), expected);
            ShouldBeSame(FixedTree.Combine(leaves.Length, answers, areOurs: true), expected);
        });

    [Fact]
    public void Sum_AnyLeaves_IsTheRecursionWrittenOut()
        => Leaf.Array[1, 40].Sample(leaves => ShouldBeSame(FixedTree.Sum(leaves), Oracle(leaves)));

    [Fact]
    public void Sum_LongLeavesOnAllProcessors_IsTheScalarSum()
    {
        EpisodeSum[] leaves = [.. Enumerable.Range(1, 3).Select(leaf => new EpisodeSum(1, [.. Enumerable.Range(0, 1_100_003).Select(i => (float)(i % (1000 * leaf)) / leaf)], [leaf]))];

        float[] sum = FixedTree.Sum(leaves).Values;

        sum.AsSpan().SequenceEqual([.. leaves[0].Values.Select((first, i) => first + leaves[1].Values[i] + leaves[2].Values[i])]).ShouldBeTrue();
    }

    [Fact]
    public void Sum_Leaves_AreLeftAsTheyWere()
        => Leaf.Array[1, 20].Sample(leaves =>
        {
            EpisodeSum[] copies = [.. leaves.Select(leaf => new EpisodeSum(leaf.Present, [.. leaf.Values], [.. leaf.Metrics]))];
            FixedTree.Sum(leaves);
            for (int i = 0; i < leaves.Length; i++)
            {
                ShouldBeSame(leaves[i], copies[i]);
            }
        });

    [Fact]
    public void Sum_NegativeZeros_StayNegative()
    {
        EpisodeSum zero = new(1, [-0.0f, -0.0f, 0.0f], [-0.0]);

        EpisodeSum sum = FixedTree.Sum([EpisodeSum.Absent, zero, EpisodeSum.Absent, zero, zero]);

        sum.Values.Select(BitConverter.SingleToInt32Bits).ShouldBe([int.MinValue, int.MinValue, 0]);
        double.IsNegative(sum.Metrics[0]).ShouldBeTrue();
        sum.Present.ShouldBe(3);
    }

    [Fact]
    public void Sum_EveryLeafAbsent_IsAbsent() => FixedTree.Sum([EpisodeSum.Absent, EpisodeSum.Absent, EpisodeSum.Absent]).Present.ShouldBe(0);

    [Fact]
    public void Sum_OneLeafPresent_IsThatLeaf()
    {
        EpisodeSum leaf = new(1, [1, 2], [3]);

        FixedTree.Sum([EpisodeSum.Absent, leaf, EpisodeSum.Absent]).ShouldBeSameAs(leaf);
    }

    [Fact]
    public void Sum_FiveLeaves_AddsFourAndOne()
    {
        // (1 + 2^24) loses the one; 2^24 - 2^24 then keeps what comes later.
        EpisodeSum[] leaves = [.. new[] { 16777216f, 1f, -16777216f, 1f, 1f }.Select(value => new EpisodeSum(1, [value], []))];

        FixedTree.Sum(leaves).Values.ShouldBe([((16777216f + 1f) + (-16777216f + 1f)) + 1f]);
    }

    [Fact]
    public void Sum_ManyLeaves_AllocatesAboutOneVectorALevel()
    {
        EpisodeSum[] leaves = [.. Enumerable.Range(0, 64).Select(_ => new EpisodeSum(1, new float[100_000], []))];
        FixedTree.Sum(leaves);

        long before = GC.GetAllocatedBytesForCurrentThread();
        FixedTree.Sum(leaves);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(7 * 400_000);
    }

    [Fact]
    public void Sum_LeavesOneAfterTheOther_IsTheSumOverAllAtOnce()
        => Leaf.Array[1, 40].Sample(leaves =>
        {
            var asked = new List<int>();
            EpisodeSum sum = FixedTree.Sum(leaves.Length, index =>
            {
                asked.Add(index);
                return Copy(leaves[index]);
            });

            ShouldBeSame(sum, FixedTree.Sum(leaves));
            asked.ShouldBe(Enumerable.Range(0, leaves.Length));
        });

    [Fact]
    public void Sum_NodesOfAnyRunGrownAlone_CombineToTheSameRoot()
        => Gen.Select(Leaf.Array[1, 40], Gen.Int[0, 40]).Sample((leaves, cut) =>
        {
            cut %= leaves.Length + 1;
            IEnumerable<(int First, int Count)> nodes = FixedTree.CompleteNodes(leaves.Length, 0, cut).Concat(FixedTree.CompleteNodes(leaves.Length, cut, leaves.Length - cut));

            ShouldBeSame(
                FixedTree.Combine(leaves.Length, [.. nodes.Select(node => (node.First, node.Count, FixedTree.Sum(node.Count, index => Copy(leaves[node.First + index]))))]),
                FixedTree.Sum(leaves));
        });

    [Fact]
    public void Sum_ManyLeavesOneAfterTheOther_AllocatesNoVector()
    {
        EpisodeSum[] leaves = [.. Enumerable.Range(0, 64).Select(_ => new EpisodeSum(1, new float[100_000], []))];
        FixedTree.Sum(leaves.Length, index => leaves[index]);

        long before = GC.GetAllocatedBytesForCurrentThread();
        FixedTree.Sum(leaves.Length, index => leaves[index]);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(400_000);
    }

    [Fact]
    public void Sum_NoLeaf_IsRefused() => Should.Throw<ArgumentOutOfRangeException>(() => FixedTree.Sum(0, _ => EpisodeSum.Absent));

    [Fact]
    public void CompleteNodes_AnyRun_AreTheLargestSubtreesOfTheRun()
        => Gen.Select(Gen.Int[1, 70], Gen.Int[0, 70], Gen.Int[0, 70]).Sample((leaves, one, other) =>
        {
            int first = Math.Min(one, other) % leaves;
            int count = Math.Min(Math.Abs(one - other), leaves - first);
            IReadOnlyList<(int First, int Count)> nodes = FixedTree.CompleteNodes(leaves, first, count);
            nodes.SelectMany(node => Enumerable.Range(node.First, node.Count)).ShouldBe(Enumerable.Range(first, count));
            nodes.ShouldAllBe(node => IsSubtree(0, leaves, node));
            nodes.Zip(nodes.Skip(1)).ShouldAllBe(pair => !IsSubtree(0, leaves, new(pair.First.First, pair.First.Count + pair.Second.Count)));
        });

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(4, -1, 2)]
    [InlineData(4, 0, 5)]
    [InlineData(4, 3, 2)]
    [InlineData(4, 1, -1)]
    public void CompleteNodes_RunThatLeavesTheTree_IsRefused(int leaves, int first, int count)
        => Should.Throw<ArgumentOutOfRangeException>(() => FixedTree.CompleteNodes(leaves, first, count));

    [Theory]
    [InlineData(2, "0:1", "expected 2 leaves (at least 1), got 1")]
    [InlineData(0, "", "expected 0 leaves (at least 1), got 0")]
    [InlineData(2, "0:1 0:1", "every leaf once, got leaves 0 to 0 twice")]
    [InlineData(4, "0:2 0:1 1:1", "got nothing for leaf 2")]
    [InlineData(4, "0:1 1:2 3:1", "got nothing for leaf 1")]
    [InlineData(4, "0:4 7:0", "at least 1 leaf, got 0 at leaf 7")]
    [InlineData(4, "0:4 7:-2 8:2", "at least 1 leaf, got -2 at leaf 7")]
    public void Combine_NodesThatAreNoTree_AreRefusedWithTheReason(int leaves, string nodes, string reason)
    {
        (int, int, EpisodeSum)[] parsed =
            [.. nodes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(node => node.Split(':')).Select(node => (int.Parse(node[0]), int.Parse(node[1]), new EpisodeSum(1, [1], [])))];

        Should.Throw<ArgumentException>(() => FixedTree.Combine(leaves, parsed)).Message.ShouldContain(reason);
    }

    [Fact]
    public void Add_LengthsThatDiffer_AreRefused()
        => Should.Throw<ArgumentException>(() => FixedTree.Add(new EpisodeSum(1, [1, 2], [1]), new EpisodeSum(1, [1, 2, 3], [1]))).Message
            .ShouldContain("expected 2 values and 1 metrics as on the left, got 3 and 1");

    [Fact]
    public void Add_TwoNodes_ChangesNeither()
    {
        EpisodeSum left = new(2, [1, 2], [3]);
        EpisodeSum right = new(3, [10, 20], [30]);

        ShouldBeSame(FixedTree.Add(left, right), new EpisodeSum(5, [11, 22], [33]));
        ShouldBeSame(left, new EpisodeSum(2, [1, 2], [3]));
        ShouldBeSame(right, new EpisodeSum(3, [10, 20], [30]));
    }

    private static IEnumerable<(int First, int Count, EpisodeSum Sum)> Share(EpisodeSum[] leaves, int first, int count, bool preAdd)
        => preAdd
            ? FixedTree.CompleteNodes(leaves.Length, first, count).Select(node => (node.First, node.Count, Oracle(leaves.AsSpan(node.First, node.Count))))
            : Enumerable.Range(first, count).Select(index => (index, 1, leaves[index]));

    private static EpisodeSum Oracle(ReadOnlySpan<EpisodeSum> leaves)
    {
        if (leaves.Length == 1)
        {
            return leaves[0];
        }

        int left = 1;
        while (2 * left < leaves.Length)
        {
            left *= 2;
        }

        (EpisodeSum one, EpisodeSum other) = (Oracle(leaves[..left]), Oracle(leaves[left..]));
        return one.Present == 0 ? other : other.Present == 0 ? one : new EpisodeSum(
            one.Present + other.Present, [.. one.Values.Zip(other.Values, (a, b) => a + b)], [.. one.Metrics.Zip(other.Metrics, (a, b) => a + b)]);
    }

    private static EpisodeSum Copy(EpisodeSum leaf) => new(leaf.Present, [.. leaf.Values], [.. leaf.Metrics]);

    private static bool IsSubtree(int first, int count, (int First, int Count) node)
    {
        int left = 1;
        while (2 * left < count)
        {
            left *= 2;
        }

        return (first, count) == node || (count > 1 && (IsSubtree(first, left, node) || IsSubtree(first + left, count - left, node)));
    }

    private static void ShouldBeSame(EpisodeSum got, EpisodeSum expected)
    {
        got.Present.ShouldBe(expected.Present);
        got.Values.Select(BitConverter.SingleToInt32Bits).ShouldBe(expected.Values.Select(BitConverter.SingleToInt32Bits));
        got.Metrics.Select(BitConverter.DoubleToInt64Bits).ShouldBe(expected.Metrics.Select(BitConverter.DoubleToInt64Bits));
    }
}
