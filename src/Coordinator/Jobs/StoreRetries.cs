using S2M.Coordinator.Storage;

namespace S2M.Coordinator.Jobs;

/// <summary>Writes that a loop cannot do without: while the database is away they are tried again, and the loop waits.</summary>
internal static class StoreRetries
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>Tries until it succeeds or fails for another reason.</summary>
    /// <param name="write">A write that may be repeated.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stopping">The loop stops: it tries once more and does not wait.</param>
    /// <exception cref="StorageException">Transient: the database is away and the loop stops. Otherwise the write failed for another reason.</exception>
    internal static async Task RunAsync(Func<Task> write, TimeProvider time, CancellationToken stopping)
    {
        for (TimeSpan pause = First; ; pause = pause * 2 < Longest ? pause * 2 : Longest)
        {
            try
            {
                await write();
                return;
            }
            catch (StorageException problem) when (problem.IsTransient && !stopping.IsCancellationRequested)
            {
                await Task.Delay(pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
