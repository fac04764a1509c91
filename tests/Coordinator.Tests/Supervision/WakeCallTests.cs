using Microsoft.Extensions.Time.Testing;
using S2M.Coordinator.Supervision;

namespace S2M.Coordinator.Tests.Supervision;

public sealed class WakeCallTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private readonly FakeTimeProvider _time = new();
    private readonly WakeCall _wake = new();

    public void Dispose() => _wake.Dispose();

    [Fact]
    public async Task WaitAsync_CallBefore_IsNotLost()
    {
        _wake.Ring();

        await _wake.WaitAsync(Interval, _time, TestContext.Current.CancellationToken);

        _wake.WaitAsync(Interval, _time, TestContext.Current.CancellationToken).IsCompleted.ShouldBeFalse("one call, one round");
    }

    [Fact]
    public async Task WaitAsync_CallWhileWaiting_EndsTheWait()
    {
        Task wait = _wake.WaitAsync(Interval, _time, TestContext.Current.CancellationToken);
        wait.IsCompleted.ShouldBeFalse();

        _wake.Ring();

        await wait;
    }

    [Fact]
    public async Task WaitAsync_NoCall_EndsWithTheInterval()
    {
        Task wait = _wake.WaitAsync(Interval, _time, TestContext.Current.CancellationToken);

        _time.Advance(Interval);

        await wait;
    }

    [Fact]
    public async Task WaitAsync_HostStops_Ends()
    {
        using var stop = new CancellationTokenSource();
        Task wait = _wake.WaitAsync(Interval, _time, stop.Token);

        await stop.CancelAsync();

        await wait;
    }
}
