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
            () => ++tries <= 7 ? throw new StorageException("away", isTransient: true, new TimeoutException()) : Task.CompletedTask, _time, default);

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
            _time,
            default));
        tries.ShouldBe(1);
    }

    [Fact]
    public async Task RunAsync_LoopStopsWhileTheDatabaseIsAway_TriesOnceMoreAndGivesUp()
    {
        int tries = 0;
        using var stop = new CancellationTokenSource();
        Task run = StoreRetries.RunAsync(
            () =>
            {
                tries++;
                throw new StorageException("away", isTransient: true, new TimeoutException());
            },
            _time,
            stop.Token);
        tries.ShouldBe(1);

        await stop.CancelAsync();

        (await Should.ThrowAsync<StorageException>(() => run)).IsTransient.ShouldBeTrue();
        tries.ShouldBe(2);
    }
}
