using S2M.Worker.Training;

namespace S2M.Worker.Tests.Training;

public sealed class TrainingThreadTests
{
    [Fact]
    public async Task RunAsync_ManyPieces_RunInOrderOnOneThread()
    {
        using var thread = new TrainingThread("order");
        var seen = new List<(int Piece, int Thread)>();

        int[] results = await Task.WhenAll(Enumerable.Range(0, 200).Select(piece => thread.RunAsync(
            () =>
            {
                seen.Add((piece, Environment.CurrentManagedThreadId));
                return piece * piece;
            },
            default)));

        results.ShouldBe(Enumerable.Range(0, 200).Select(piece => piece * piece));
        seen.Select(entry => entry.Piece).ShouldBe(Enumerable.Range(0, 200));
        seen.Select(entry => entry.Thread).Distinct().ShouldHaveSingleItem().ShouldNotBe(Environment.CurrentManagedThreadId);
    }

    [Fact]
    public async Task RunAsync_WorkThatThrows_GivesTheCallerItsErrorAndGoesOn()
    {
        using var thread = new TrainingThread("errors");
        var error = new InvalidOperationException("broken");

        Task<int> broken = thread.RunAsync<int>(() => throw error, default);
        Task<int> next = thread.RunAsync(() => 7, default);

        (await Should.ThrowAsync<InvalidOperationException>(() => broken)).ShouldBeSameAs(error);
        (await next).ShouldBe(7);
    }

    [Fact]
    public async Task RunAsync_CancelledWhileQueued_IsNotBegun()
    {
        using var thread = new TrainingThread("cancellation");
        using var gate = new ManualResetEventSlim();
        using var stop = new CancellationTokenSource();
        bool begun = false;
        Task<int> first = thread.RunAsync(
            () =>
            {
                gate.Wait(CancellationToken.None);
                return 1;
            },
            default);
        Task<bool> second = thread.RunAsync(() => begun = true, stop.Token);

        await stop.CancelAsync();
        gate.Set();

        (await first).ShouldBe(1);
        await Should.ThrowAsync<OperationCanceledException>(() => second);
        second.IsCanceled.ShouldBeTrue();
        begun.ShouldBeFalse();
    }

    [Fact]
    public async Task RunAsync_WorkThatObeysItsToken_IsCancelledNotFaulted()
    {
        using var thread = new TrainingThread("cancellation");
        using var stop = new CancellationTokenSource();

        Task<int> work = thread.RunAsync<int>(
            () =>
            {
                stop.Cancel();
                stop.Token.ThrowIfCancellationRequested();
                return 0;
            },
            stop.Token);

        await Should.ThrowAsync<OperationCanceledException>(() => work);
        work.IsCanceled.ShouldBeTrue();
    }

    [Fact]
    public async Task RunAsync_ForeignCancellation_IsAnErrorOfTheWork()
    {
        using var thread = new TrainingThread("cancellation");
        using var foreign = new CancellationTokenSource();
        await foreign.CancelAsync();
        using var own = new CancellationTokenSource();

        Task<int> work = thread.RunAsync<int>(() => throw new OperationCanceledException(foreign.Token), own.Token);

        await Should.ThrowAsync<OperationCanceledException>(() => work);
        (await thread.RunAsync(() => 3, default)).ShouldBe(3);
    }

    [Fact]
    public async Task Dispose_WorkQueued_IsDoneFirstAndNoMoreIsTaken()
    {
        var thread = new TrainingThread("end");
        Task<int>[] queued = [.. Enumerable.Range(0, 20).Select(piece => thread.RunAsync(() => piece, default))];

        thread.Dispose();

        queued.ShouldAllBe(task => task.IsCompleted);
        (await Task.WhenAll(queued)).ShouldBe(Enumerable.Range(0, 20));
        await Should.ThrowAsync<ObjectDisposedException>(() => thread.RunAsync(() => 0, default));
    }
}
