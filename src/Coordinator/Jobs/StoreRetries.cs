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
    internal static async Task RunAsync(Func<Task> write, TimeProvider time)
    {
        for (TimeSpan pause = First; ; pause = pause * 2 < Longest ? pause * 2 : Longest)
        {
            try
            {
                await write();
                return;
            }
            catch (StorageException problem) when (problem.IsTransient)
            {
                await Task.Delay(pause, time, CancellationToken.None);
            }
        }
    }
}
