using S2M.Worker.Parameters;

namespace S2M.Worker.Tests.Parameters;

public sealed class SharedCacheTests
{
    private readonly SharedCache<int, string> _cache = new(2, value => value.Length);
    private readonly List<int> _pulls = [];

    [Fact]
    public async Task GetAsync_WhileItIsPulled_SharesThePull()
    {
        var release = new TaskCompletionSource<string>();
        Task<string>[] asked = [.. Enumerable.Range(0, 5).Select(_ => _cache.GetAsync(1, () => Pull(1, release.Task), default))];
        release.SetResult("one");

        (await Task.WhenAll(asked)).ShouldAllBe(value => value == "one");
        _pulls.ShouldBe([1]);
        _cache.Bytes.ShouldBe(3);
    }

    [Fact]
    public async Task GetAsync_MoreThanFit_ForgetsTheLeastRecentlyUsed()
    {
        foreach (int key in (int[])[1, 2, 1, 3, 1, 2])
        {
            await _cache.GetAsync(key, () => Pull(key, Task.FromResult("value")), default);
        }

        _pulls.ShouldBe([1, 2, 3, 2]);
    }

    [Fact]
    public async Task GetAsync_PullThatFailed_IsForgotten()
    {
        await Should.ThrowAsync<WorkerException>(() => _cache.GetAsync(1, () => Pull(1, Task.FromException<string>(new WorkerException("away"))), default));

        (await _cache.GetAsync(1, () => Pull(1, Task.FromResult("here")), default)).ShouldBe("here");
    }

    [Fact]
    public async Task GetAsync_FirstCallerCancels_OthersGetTheValue()
    {
        var release = new TaskCompletionSource<string>();
        using var stop = new CancellationTokenSource();
        Task<string> first = _cache.GetAsync(1, () => Pull(1, release.Task), stop.Token);
        Task<string> second = _cache.GetAsync(1, () => Pull(1, release.Task), default);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);

        release.SetResult("one");

        (await second).ShouldBe("one");
        _pulls.ShouldBe([1]);
    }

    private async Task<string> Pull(int key, Task<string> value)
    {
        lock (_pulls)
        {
            _pulls.Add(key);
        }

        return await value;
    }
}
