namespace S2M.Numerics.Parameters;

/// <summary>
/// Vectors of parameter-heavy networks. Left to itself the collector lets tens of them pile up, since it goes by how much was allocated, and each new one is paged in
/// anew; there are few objects besides them, so that a collection costs little.
/// </summary>
public static class LargeVectors
{
    private const long LargeBytes = 64L << 20;

    /// <summary>Whether vectors of a length are large.</summary>
    /// <param name="length">Numbers, float32.</param>
    public static bool Are(long length) => length * sizeof(float) >= LargeBytes;

    /// <summary>Takes back what the step before left behind, where vectors are large: the next ones lie where it lay, in memory that is there already.</summary>
    /// <param name="length">Numbers of a vector, float32.</param>
    public static async Task CollectAsync(long length)
    {
        if (Are(length))
        {
            // Off the stack of whoever has just ended, which still holds its answers.
            await Task.Yield();
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);
        }
    }
}
