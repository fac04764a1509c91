using System.Collections.Concurrent;
using S2M.Coordinator.Dispatch;
using S2M.Coordinator.Security;
using S2M.Coordinator.Workers;
using S2M.Protos.V1;

namespace S2M.Coordinator.Tests.Dispatch;

/// <summary>A dispatcher with fake workers behind real sockets and a fake directory.</summary>
internal sealed class DispatchScene : IAsyncDisposable
{
    private readonly SemaphoreSlim _done = new(0);

    private DispatchScene(FakeWorker[] workers, DispatchOptions options, TimeProvider time, TimeProvider directoryTime)
    {
        Workers = workers;
        Directory.Lend(workers.Select(worker => worker.Lent));
        Lanes = new JobWorkers(Directory, new Borrower("job-1", DateTimeOffset.UnixEpoch, string.Empty, []), new AccessToken("secret"), options, directoryTime);
        Context = new DispatchContext(
            "job-1",
            7,
            "http://127.0.0.1:1",
            "hash",
            words =>
            {
                Said.Enqueue(words);
                return Task.CompletedTask;
            },
            words =>
            {
                Warnings.Enqueue(words);
                return Task.CompletedTask;
            },
            (work, worker, reason) => Lost.Enqueue((worker, reason)),
            (_, tally) => Tallies.Enqueue(tally));
        Dispatcher = new Dispatcher(Context, Lanes, options, time);
    }

    internal FakeWorker[] Workers { get; }

    internal FakeDirectory Directory { get; } = new();

    internal JobWorkers Lanes { get; }

    internal DispatchContext Context { get; }

    internal Dispatcher Dispatcher { get; }

    internal ConcurrentQueue<string> Said { get; } = new();

    internal ConcurrentQueue<string> Warnings { get; } = new();

    internal ConcurrentQueue<(string Worker, string Reason)> Lost { get; } = new();

    internal ConcurrentQueue<DispatchTally> Tallies { get; } = new();

    /// <summary>Shares that were answered, by their first episode, in the order in which they came.</summary>
    internal ConcurrentQueue<int> Done { get; } = new();

    /// <summary>Leases and polls of the tests: nothing ends or is copied by itself.</summary>
    internal static DispatchOptions Options => new()
    {
        FirstLease = TimeSpan.FromMinutes(10),
        ShortestLease = TimeSpan.FromMinutes(10),
        Poll = TimeSpan.FromMilliseconds(10),
        KeepAlive = TimeSpan.FromMinutes(2),
        BackupFloor = TimeSpan.FromHours(1),
    };

    /// <summary>Starts workers, and waits until all of them are lent.</summary>
    /// <param name="workers">How many.</param>
    /// <param name="options">Leases and limits.</param>
    /// <param name="time">The clock of leases and looks.</param>
    /// <param name="directoryTime">The clock by which the directory is asked, and of lanes; null for the same.</param>
    internal static async Task<DispatchScene> StartAsync(int workers, DispatchOptions? options = null, TimeProvider? time = null, TimeProvider? directoryTime = null)
        => await StartAsync([.. await Task.WhenAll(Enumerable.Range(0, workers).Select(index => FakeWorker.StartAsync($"worker-{index}")))], options, time, directoryTime);

    internal static async Task<DispatchScene> StartAsync(
        FakeWorker[] workers, DispatchOptions? options = null, TimeProvider? time = null, TimeProvider? directoryTime = null)
    {
        var scene = new DispatchScene(workers, options ?? Options, time ?? TimeProvider.System, directoryTime ?? time ?? TimeProvider.System);
        await scene.HasAsync(workers.Length);
        return scene;
    }

    /// <summary>Waits until so many workers are lent.</summary>
    internal async Task HasAsync(int workers)
    {
        while (true)
        {
            Task changed = Lanes.Changed;
            if (Lanes.Count == workers)
            {
                return;
            }

            await changed.WaitAsync(TimeSpan.FromMinutes(1));
        }
    }

    /// <summary>Waits until the job was warned: a check of a worker goes on beside the run, which may be over before it.</summary>
    internal async Task WarnedAsync()
    {
        while (Warnings.IsEmpty)
        {
            await Lanes.Changed.WaitAsync(TimeSpan.FromMinutes(1));
        }
    }

    /// <summary>Waits until one more share was answered.</summary>
    internal async Task DoneAsync() => (await _done.WaitAsync(TimeSpan.FromMinutes(1))).ShouldBeTrue("a share was answered");

    /// <summary>A share of one episode.</summary>
    internal static ShareWork Share(int first, int leaves) => new(
        "gradient",
        0,
        1,
        request => request.Gradient = new GradientWork { Leaves = leaves, First = first, Episodes = { new Episode { Address = new EpisodeAddress { Seed = 1, Index = first } } } },
        answer => ShareAnswer.Require(answer.Count == 1 && answer.Node(0).First == first && answer.Node(0).Sum.Values.Length == 19, $"the node of episode {first}"));

    /// <summary>Has shares of one episode each computed, and checks the answers.</summary>
    internal async Task<ShareAnswer[]> RunAsync(int shares, CancellationToken cancellationToken = default)
    {
        ShareWork[] work = [.. Enumerable.Range(0, shares).Select(first => Share(first, shares))];
        ShareAnswer[] answers = await Dispatcher.RunAsync(
            work,
            done =>
            {
                Done.Enqueue(Array.IndexOf(work, done));
                _done.Release();
            },
            cancellationToken);
        answers.Select(answer => answer.Node(0).First).ShouldBe(Enumerable.Range(0, shares), "in the order of the shares");
        Done.Order().ShouldBe(Enumerable.Range(0, shares), "each counted once");
        return answers;
    }

    public async ValueTask DisposeAsync()
    {
        await Dispatcher.DisposeAsync();
        await Lanes.DisposeAsync();
        foreach (FakeWorker worker in Workers)
        {
            await worker.DisposeAsync();
        }

        _done.Dispose();
    }
}
