using CsCheck;
using S2M.Numerics.Randomness;

namespace S2M.Numerics.Tests.Randomness;

public sealed class PhiloxRandomTests
{
    // Bounds on counts are six standard deviations of draws from fixed seeds.
    private const double Deviations = 6;

    [Theory]
    [InlineData(new uint[] { 0, 0, 0, 0 }, new uint[] { 0, 0 }, new uint[] { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 })]
    [InlineData(
        new uint[] { uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue },
        new uint[] { uint.MaxValue, uint.MaxValue },
        new uint[] { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd })]
    [InlineData(
        new uint[] { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
        new uint[] { 0xa4093822, 0x299f31d0 },
        new uint[] { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 })]
    public void Encrypt_VectorsOfRandom123_GivesTheKnownAnswers(uint[] counter, uint[] key, uint[] expected)
    {
        PhiloxRandom.Encrypt(counter, key, counter);

        counter.ShouldBe(expected);
    }

    [Fact]
    public void NextUInt32_AnyAddress_IsTheEncryptedCounter()
        => Gen.Select(Gen.ULong, Gen.UInt, Gen.UInt, Gen.UInt, Gen.Int[0, 40]).Sample((seed, purpose, a, b, index) =>
        {
            var random = new PhiloxRandom(seed, purpose, a, b);
            for (int i = 0; i < index; i++)
            {
                random.NextUInt32();
            }

            uint[] block = new uint[4];
            PhiloxRandom.Encrypt([(uint)(index / 4), purpose, a, b], [(uint)seed, (uint)(seed >> 32)], block);
            random.NextUInt32().ShouldBe(block[index % 4]);
        });

    [Fact]
    public void NextUInt64_FirstWords_LowWordIsDrawnFirst()
    {
        var words = new PhiloxRandom(3, 4);
        ulong expected = words.NextUInt32() | ((ulong)words.NextUInt32() << 32);

        new PhiloxRandom(3, 4).NextUInt64().ShouldBe(expected);
    }

    [Fact]
    public void NextUInt32_AddressesThatDifferInOneCoordinate_NeverMeet()
    {
        PhiloxRandom[] streams =
        [
            new(1, 1, 1, 1), new(2, 1, 1, 1), new(1UL << 32, 1, 1, 1), new(1, 2, 1, 1), new(1, 1, 2, 1), new(1, 1, 1, 2), new(1, 1, 0, 1), new(1, 1, 1, 0),
        ];

        ulong[] numbers = [.. streams.SelectMany(stream => Enumerable.Range(0, 2000).Select(_ => stream.NextUInt64()))];
        numbers.Distinct().Count().ShouldBe(numbers.Length);
    }

    [Fact]
    public void NextDouble_ManyDraws_AreMultiplesInTheUnitIntervalWithItsMoments()
    {
        var random = new PhiloxRandom(5, 1);
        double[] values = [.. Enumerable.Range(0, 100_000).Select(_ => random.NextDouble())];

        values.ShouldAllBe(value => value >= 0 && value < 1 && value * (1UL << 53) == Math.Floor(value * (1UL << 53)));
        values.Average().ShouldBe(0.5, Deviations * Math.Sqrt(1.0 / 12 / values.Length));
        values.Average(value => value * value).ShouldBe(1.0 / 3, Deviations * Math.Sqrt(4.0 / 45 / values.Length));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(30)]
    [InlineData(1000)]
    public void NextInt32_SmallRange_DrawsEveryNumberEquallyOften(int range)
    {
        var random = new PhiloxRandom(6, 1, (uint)range);
        int[] counts = new int[range];
        int draws = 200 * range;
        for (int i = 0; i < draws; i++)
        {
            counts[random.NextInt32(range)]++;
        }

        // Chi squared has mean range - 1 and variance 2 (range - 1).
        double chiSquared = counts.Sum(count => (count - 200.0) * (count - 200.0) / 200.0);
        chiSquared.ShouldBeLessThanOrEqualTo(range - 1 + (Deviations * Math.Sqrt(2.0 * (range - 1))));
    }

    [Fact]
    public void NextInt32_RangeThatDoesNotDivideTheWords_HasNoBias()
    {
        // 2^32 holds 2^30 x 3/2 twice and two thirds more: without rejection numbers below 2^30 come in 3 of 4 draws, not in 2 of 3.
        const int Range = 3 << 29;
        const int Draws = 40_000;
        var random = new PhiloxRandom(7, 1);

        int low = Enumerable.Range(0, Draws).Count(_ => random.NextInt32(Range) < 1 << 30);

        ((double)low / Draws).ShouldBe(2.0 / 3, Deviations * Math.Sqrt(2.0 / 9 / Draws));
    }

    [Fact]
    public void NextInt32_LargestRange_StaysBelowIt()
    {
        var random = new PhiloxRandom(8, 1);

        Enumerable.Range(0, 1000).Select(_ => random.NextInt32(int.MaxValue)).ShouldAllBe(number => number >= 0 && number < int.MaxValue);
        Should.Throw<ArgumentOutOfRangeException>(() => random.NextInt32(0));
    }

    [Fact]
    public void NextNormal_ManyDraws_HaveTheMomentsAndTailsOfTheNormal()
    {
        var random = new PhiloxRandom(9, 1);
        double[] values = [.. Enumerable.Range(0, 200_000).Select(_ => random.NextNormal())];
        double error = Deviations / Math.Sqrt(values.Length);

        values.Average().ShouldBe(0, error);
        values.Average(value => value * value).ShouldBe(1, error * Math.Sqrt(2));
        values.Average(value => value * value * value).ShouldBe(0, error * Math.Sqrt(15));
        values.Average(value => value * value * value * value).ShouldBe(3, error * Math.Sqrt(96));
        values.Average(value => Math.Abs(value) < 1.959963984540054 ? 1.0 : 0.0).ShouldBe(0.95, error);
        values.Where((_, index) => index % 2 == 0).Zip(values.Where((_, index) => index % 2 == 1), (first, second) => first * second).Average()
            .ShouldBe(0, error * Math.Sqrt(2), "the two of a pair are independent");
    }

    [Fact]
    public void Choose_AnySizes_GivesDistinctNumbersOfTheRange()
        => Gen.Select(Gen.ULong, Gen.Int[0, 60], Gen.Int[0, 60]).Sample((seed, one, other) =>
        {
            (int count, int from) = (Math.Min(one, other), Math.Max(one, other));
            int[] chosen = new PhiloxRandom(seed, 1).Choose(count, from);
            chosen.Length.ShouldBe(count);
            chosen.Distinct().Count().ShouldBe(count);
            chosen.ShouldAllBe(number => number >= 0 && number < from);
        });

    [Fact]
    public void Choose_OrderedPairs_ComeEquallyOften()
    {
        var random = new PhiloxRandom(10, 1);
        int[] counts = new int[20];
        for (int i = 0; i < 4000; i++)
        {
            int[] pair = random.Choose(2, 5);
            counts[(pair[0] * 4) + (pair[1] > pair[0] ? pair[1] - 1 : pair[1])]++;
        }

        counts.Sum(count => (count - 200.0) * (count - 200.0) / 200.0).ShouldBeLessThan(19 + (Deviations * Math.Sqrt(38)));
    }

    [Fact]
    public void Choose_MoreThanThereAre_IsRefused()
    {
        var random = new PhiloxRandom(1, 1);

        Should.Throw<ArgumentOutOfRangeException>(() => random.Choose(6, 5));
        Should.Throw<ArgumentOutOfRangeException>(() => random.Choose(-1, 5));
    }

    [Fact]
    public void Shuffle_AnyItems_KeepsThem()
        => Gen.Select(Gen.ULong, Gen.Int.Array[0, 50]).Sample((seed, items) =>
        {
            int[] shuffled = [.. items];
            new PhiloxRandom(seed, 1).Shuffle<int>(shuffled);
            shuffled.Order().ShouldBe(items.Order());
        });

    [Fact]
    public void Shuffle_FourItems_GivesEveryOrderEquallyOften()
    {
        var random = new PhiloxRandom(11, 1);
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < 24 * 200; i++)
        {
            char[] items = ['a', 'b', 'c', 'd'];
            random.Shuffle<char>(items);
            string order = new(items);
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }

        counts.Count.ShouldBe(24);
        counts.Values.Sum(count => (count - 200.0) * (count - 200.0) / 200.0).ShouldBeLessThan(23 + (Deviations * Math.Sqrt(46)));
    }
}
