using System.Security.Cryptography;
using S2M.Coordinator.Dispatch;
using S2M.Protos.V1;

namespace S2M.Coordinator.Tests.Dispatch;

/// <summary>Workers whose bits differ.</summary>
public sealed class CanaryTests
{
    // Parameters and running statistics of the fake workers' network.
    private const int Numbers = 19;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunAsync_WorkerWithOtherBits_IsRefusedAndTheOthersGoOn()
    {
        await using DispatchScene scene = await DispatchScene.StartAsync(3);
        scene.Workers[1].HasOtherBits = true;
        scene.Workers[1].FaultOf = _ => scene.Workers[0].Requests.Length > 1 ? Fault.None : Fault.Slow;
        Pin pin = Watch(scene);
        Task<ShareAnswer[]> run = scene.RunAsync(12, Token);

        // The first one sets what the others must give: let it be one of the honest ones.
        await scene.Workers[0].EnteredAsync();
        await scene.Workers[0].EnteredAsync();
        scene.Workers[1].Release();

        (await run).ShouldAllBe(answer => answer.Worker!.Id != "worker-1");
        await scene.WarnedAsync();
        string warning = scene.Warnings.ShouldHaveSingleItem();
        warning.ShouldStartWith("worker worker-1 is refused: the gradient of the job's first episode: expected SHA-256 ");
        warning.ShouldContain(pin.Hash);
        scene.Workers[1].Requests.ShouldHaveSingleItem().Gradient.Leaves.ShouldBe(1, "the canary and no share");
        scene.Workers.Where(worker => worker.Id != "worker-1").ShouldAllBe(worker => worker.Requests.Count(request => request.Gradient.Leaves == 1) == 1);
        scene.Lanes.Count.ShouldBe(2);
        while (!scene.Directory.Asked.Last().Refused.SequenceEqual(["start of worker-1"]))
        {
            await scene.Lanes.Changed;
        }
    }

    [Fact]
    public async Task RunAsync_HashIsPinnedAlready_HoldsForEveryWorker()
    {
        await using DispatchScene scene = await DispatchScene.StartAsync(1);
        scene.Dispatcher.Canary = new Canary(scene.Context, () => 0, FirstEpisode, Numbers, (contract, _, _) => Task.FromResult((contract, new string('0', 64))));
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task<ShareAnswer[]> run = scene.RunAsync(2, source.Token);
        await scene.HasAsync(0);

        await source.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => run);
        await scene.WarnedAsync();
        scene.Warnings.ShouldHaveSingleItem().ShouldContain(new string('0', 64));
        scene.Done.ShouldBeEmpty();
    }

    [Fact]
    public async Task RunAsync_WorkerOfAnotherContract_IsRefusedWithBothNames()
    {
        FakeWorker[] workers = [await FakeWorker.StartAsync("worker-0"), await FakeWorker.StartAsync("worker-1", "cuda")];
        await using DispatchScene scene = await DispatchScene.StartAsync(workers);
        scene.Dispatcher.Canary = new Canary(scene.Context, () => 0, FirstEpisode, Numbers, (contract, hash, _) => Task.FromResult(("cpu", hash)));

        await scene.RunAsync(8, Token);
        await scene.HasAsync(1);
        await scene.WarnedAsync();

        scene.Warnings.ShouldHaveSingleItem().ShouldBe("worker worker-1 is refused: numeric contract: expected 'cpu', got 'cuda'");
    }

    [Theory]
    [InlineData(Fault.FailsBefore)]
    [InlineData(Fault.NoEnd)]
    [InlineData(Fault.WrongLength)]
    public async Task RunAsync_CanaryFails_TheWorkerIsNotRefused(Fault fault)
    {
        await using DispatchScene scene = await DispatchScene.StartAsync(1);
        scene.Workers[0].Script(fault);
        Watch(scene);

        await scene.RunAsync(2, Token);

        scene.Warnings.ShouldBeEmpty();
        scene.Lost.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task RunAsync_FirstGradientIsNotFinite_SetsNothingForTheOthers()
    {
        await using DispatchScene scene = await DispatchScene.StartAsync(2);
        Pin pin = Watch(scene);
        scene.Workers[0].FaultOf = request => request.Gradient.Leaves == 1 ? Fault.Absent : Fault.None;
        scene.Workers[1].FaultOf = request => request.Gradient.Leaves == 1 ? Fault.Slow : Fault.None;
        Task<ShareAnswer[]> run = scene.RunAsync(8, Token);

        // The one with numbers is checked when the other one is in.
        await scene.DoneAsync();
        scene.Workers[1].Release();
        await run;
        while (!pin.IsSet)
        {
            await scene.Lanes.Changed.WaitAsync(TimeSpan.FromMinutes(1), Token);
        }

        string absent = Convert.ToHexStringLower(SHA256.HashData([]));
        pin.Hash.Equals(absent, StringComparison.Ordinal).ShouldBeFalse();
        scene.Warnings.ShouldBeEmpty("nobody is refused");
    }

    [Fact]
    public async Task RunAsync_CanaryOfAnotherLength_IsNotPinned()
    {
        await using DispatchScene scene = await DispatchScene.StartAsync(1);
        scene.Workers[0].Script(Fault.OtherShape);
        Watch(scene);

        await scene.RunAsync(2, Token);

        scene.Lost.ShouldHaveSingleItem().Reason.ShouldContain("19 numbers in a gradient, not 20");
        scene.Warnings.ShouldBeEmpty();
    }

    private static Episode FirstEpisode => new() { Address = new EpisodeAddress { Seed = 1 } };

    private static Pin Watch(DispatchScene scene)
    {
        var pin = new Pin();
        scene.Dispatcher.Canary = new Canary(scene.Context, () => 0, FirstEpisode, Numbers, pin.SetAsync);
        return pin;
    }

    /// <summary>Keeps the first contract and hash.</summary>
    private sealed class Pin
    {
        private readonly Lock _lock = new();
        private (string Contract, string Hash)? _pinned;

        internal bool IsSet
        {
            get
            {
                lock (_lock)
                {
                    return _pinned is not null;
                }
            }
        }

        internal string Hash => _pinned!.Value.Hash;

        internal Task<(string Contract, string Hash)> SetAsync(string contract, string hash, CancellationToken cancellationToken)
        {
            lock (_lock)
            {
                return Task.FromResult(_pinned ??= (contract, hash));
            }
        }
    }
}
