using Microsoft.Extensions.Time.Testing;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Storage;

namespace S2M.Coordinator.Tests.Jobs;

public sealed class StoreRetriesTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task RunAsync_DatabaseIsAway_TriesAgainWithGrowingPauses()
    {
        int tries = 0;
        Task run = StoreRetries.RunAsync(
            () => ++tries <= 7 ? throw new StorageException("away", isTransient: true, new TimeoutException()) : Task.CompletedTask, _time);

        // 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5 seconds.
        foreach ((double seconds, int next) in (IEnumerable<(double, int)>)[(0.2, 2), (0.4, 3), (0.8, 4), (1.6, 5), (3.2, 6), (5, 7), (5, 8)])
        {
            tries.ShouldBe(next - 1);
            _time.Advance(TimeSpan.FromSeconds(seconds - 0.01));
            tries.ShouldBe(next - 1, "not before its time");
            _time.Advance(TimeSpan.FromSeconds(0.01));
            tries.ShouldBe(next);
        }

        await run;
    }

    [Fact]
    public async Task RunAsync_FailsForAnotherReason_DoesNotTryAgain()
    {
        int tries = 0;
        await Should.ThrowAsync<StorageException>(() => StoreRetries.RunAsync(
            () =>
            {
                tries++;
                throw new StorageException("damaged", isTransient: false, new IOException());
            },
            _time));
        tries.ShouldBe(1);
    }
}
