using S2M.Numerics.Portable;

namespace S2M.Numerics.Randomness;

/// <summary>
/// Philox 4x32-10, a counter-based generator (Salmon et al. 2011): the numbers are a function of seed, purpose and two coordinates, so a stream
/// can be opened anywhere without drawing what comes before. Key = seed, counter = [block, purpose, a, b]. Not safe for concurrent use.
/// </summary>
public sealed class PhiloxRandom
{
    private const int Rounds = 10;
    private const int Words = 4;
    private readonly ulong _seed;
    private readonly uint _purpose;
    private readonly uint _a;
    private readonly uint _b;
    private readonly uint[] _block = new uint[Words];
    private uint _nextBlock;
    private int _used = Words;
    private double _spareNormal = double.NaN;

    /// <summary>Opens a stream at its beginning.</summary>
    /// <param name="seed">The key.</param>
    /// <param name="purpose">What the numbers are for: one of <see cref="RandomPurpose"/>.</param>
    /// <param name="a">First coordinate, such as the step.</param>
    /// <param name="b">Second coordinate, such as the index within the step.</param>
    public PhiloxRandom(ulong seed, uint purpose, uint a = 0, uint b = 0)
    {
        _seed = seed;
        _purpose = purpose;
        _a = a;
        _b = b;
    }

    /// <summary>The bijection itself: encrypts one counter.</summary>
    /// <param name="counter">Four words, least significant first.</param>
    /// <param name="key">Two words, least significant first.</param>
    /// <param name="output">Receives four words; may be <paramref name="counter"/>.</param>
    public static void Encrypt(ReadOnlySpan<uint> counter, ReadOnlySpan<uint> key, Span<uint> output)
    {
        (uint c0, uint c1, uint c2, uint c3) = (counter[0], counter[1], counter[2], counter[3]);
        (uint k0, uint k1) = (key[0], key[1]);
        for (int round = 0; round < Rounds; round++)
        {
            ulong low = 0xD2511F53UL * c0;
            ulong high = 0xCD9E8D57UL * c2;
            (c0, c1, c2, c3) = ((uint)(high >> 32) ^ c1 ^ k0, (uint)high, (uint)(low >> 32) ^ c3 ^ k1, (uint)low);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }

        (output[0], output[1], output[2], output[3]) = (c0, c1, c2, c3);
    }

    /// <summary>The next 32 bits.</summary>
    /// <exception cref="InvalidOperationException">2^34 words were drawn: the stream would repeat.</exception>
    public uint NextUInt32()
    {
        if (_used == Words)
        {
            if (_nextBlock == uint.MaxValue)
            {
                throw new InvalidOperationException("Philox stream: expected fewer than 2^34 words, got more; open another stream");
            }

            Encrypt([_nextBlock++, _purpose, _a, _b], [(uint)_seed, (uint)(_seed >> 32)], _block);
            _used = 0;
        }

        return _block[_used++];
    }

    /// <summary>The next 64 bits, the low word drawn first.</summary>
    public ulong NextUInt64()
    {
        ulong low = NextUInt32();
        return low | ((ulong)NextUInt32() << 32);
    }

    /// <summary>Uniform in [0, 1), a multiple of 2^-53.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in 0 to <paramref name="exclusiveMax"/> - 1, without bias: words above the last whole multiple are drawn again.</summary>
    /// <param name="exclusiveMax">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int NextInt32(int exclusiveMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(exclusiveMax, 1);
        uint range = (uint)exclusiveMax;
        uint rejected = (uint)((1UL << 32) % range);
        uint word = NextUInt32();
        while (word > uint.MaxValue - rejected)
        {
            word = NextUInt32();
        }

        return (int)(word % range);
    }

    /// <summary>Standard normal (Box and Muller 1958), over portable functions; pairs are used in turn.</summary>
    public double NextNormal()
    {
        if (!double.IsNaN(_spareNormal))
        {
            double spare = _spareNormal;
            _spareNormal = double.NaN;
            return spare;
        }

        double radius = Math.Sqrt(-2 * PortableMath.Log(1 - NextDouble()));
        double angle = 2 * Math.PI * NextDouble();
        _spareNormal = radius * PortableMath.Sin(angle);
        return radius * PortableMath.Cos(angle);
    }

    /// <summary>Shuffles in place (Fisher and Yates, from the end).</summary>
    /// <typeparam name="T">Element type.</typeparam>
    /// <param name="items">The items.</param>
    public void Shuffle<T>(Span<T> items)
    {
        for (int last = items.Length - 1; last > 0; last--)
        {
            int other = NextInt32(last + 1);
            (items[last], items[other]) = (items[other], items[last]);
        }
    }

    /// <summary>Draws distinct numbers, in drawn order.</summary>
    /// <param name="count">How many, 0 to <paramref name="from"/>.</param>
    /// <param name="from">Numbers are 0 to this - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">More are asked for than there are.</exception>
    public int[] Choose(int count, int from)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, from);
        int[] all = new int[from];
        for (int i = 0; i < from; i++)
        {
            all[i] = i;
        }

        for (int i = 0; i < count; i++)
        {
            int other = i + NextInt32(from - i);
            (all[i], all[other]) = (all[other], all[i]);
        }

        return all[..count];
    }
}
