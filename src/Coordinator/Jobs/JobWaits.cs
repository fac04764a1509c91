using S2M.Coordinator.Storage;

namespace S2M.Coordinator.Jobs;

/// <summary>What a job waits for, said by the parts of its loop and written where the sum of it changes. Safe for concurrent use.</summary>
/// <param name="jobId">The job.</param>
/// <param name="epoch">The loop's epoch.</param>
/// <param name="store">The rows.</param>
/// <param name="time">The clock.</param>
internal sealed class JobWaits(string jobId, long epoch, IJobStore store, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _saying = new(1, 1);
    private readonly SortedDictionary<string, string> _parts = new(StringComparer.Ordinal);
    private string _said = string.Empty;

    /// <inheritdoc/>
    public void Dispose() => _saying.Dispose();

    /// <summary>Says what a part of the loop waits for.</summary>
    /// <param name="part">The part's name.</param>
    /// <param name="waitsFor">In words; empty where it does not wait.</param>
    internal async Task SayAsync(string part, string waitsFor)
    {
        await _saying.WaitAsync();
        try
        {
            _parts[part] = waitsFor;
            string all = string.Join("; ", _parts.Values.Where(text => text.Length > 0));
            if (all != _said)
            {
                await store.SetWaitAsync(jobId, epoch, all, time.GetUtcNow(), CancellationToken.None);
                _said = all;
            }
        }
        catch (StorageException problem) when (problem.IsTransient)
        {
            // Said again in the next round: no job fails because the database does not hear what it waits for.
        }
        finally
        {
            _saying.Release();
        }
    }
}
