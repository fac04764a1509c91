namespace S2M.Numerics.Parameters;

/// <summary>
/// Long vectors in ranges, on all processors. For elementwise work alone: where an element is computed changes no bit of it. Short vectors are one range, on the
/// caller's thread.
/// </summary>
public static class VectorRanges
{
    /// <summary>Elements of a range, at most: all its vectors are in a processor's own cache together. A multiple of the lanes that kernels take at a time.</summary>
    public const int Longest = 1 << 16;

    // Below it other threads cost more than they bring.
    private const int WorthThreads = 1 << 20;

    /// <summary>Works on every range.</summary>
    /// <param name="length">Elements, at least 0.</param>
    /// <param name="work">Is told a range's first element and how many there are.</param>
    public static void Each(int length, Action<int, int> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        Each(length, (length + Longest - 1) / Longest, index => work(index * Longest, Math.Min(Longest, length - (index * Longest))));
    }

    /// <summary>Asks every range.</summary>
    /// <param name="length">Elements, at least 0.</param>
    /// <param name="holds">Is told a range's first element and how many there are.</param>
    /// <returns>Whether the answer was yes for all; some are not asked once one said no.</returns>
    public static bool All(int length, Func<int, int, bool> holds)
    {
        ArgumentNullException.ThrowIfNull(holds);
        bool all = true;
        Each(length, (first, count) =>
        {
            if (Volatile.Read(ref all) && !holds(first, count))
            {
                Volatile.Write(ref all, false);
            }
        });
        return all;
    }

    /// <summary>Works on every piece, of vectors that are cut otherwise.</summary>
    /// <param name="length">Elements in all.</param>
    /// <param name="pieces">How many pieces there are.</param>
    /// <param name="work">Is told a piece's index.</param>
    internal static void Each(int length, int pieces, Action<int> work)
    {
        if (length >= WorthThreads && pieces > 1)
        {
            Parallel.For(0, pieces, work);
            return;
        }

        for (int piece = 0; piece < pieces; piece++)
        {
            work(piece);
        }
    }
}
