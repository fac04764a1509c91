using Microsoft.Extensions.Time.Testing;
using S2M.Coordinator.Dispatch;
using S2M.Protos.V1;

namespace S2M.Coordinator.Tests.Dispatch;

/// <summary>Backup copies, audits and workers that join, over real connections.</summary>
public sealed class CopiesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunAsync_WorkerHangs_AnIdleOneComputesACopyAndTheHungCallIsCancelled()
    {
        var time = new FakeTimeProvider();
        DispatchOptions options = DispatchScene.Options;
        options.BackupFloor = TimeSpan.FromSeconds(1);
        await using DispatchScene scene = await DispatchScene.StartAsync(2, options, time);
        await scene.Dispatcher.RunAsync([DispatchScene.Share(0, 1)], null, Token);
        scene.Workers[0].Script(Fault.Hangs);
        Task<ShareAnswer[]> run = scene.RunAsync(2, Token);
        await scene.Workers[0].EnteredAsync();
        await scene.Workers[0].EnteredAsync();
        await scene.DoneAsync();

        // The wait for it begins after the answer: let the time come more than once.
        while (!run.IsCompleted)
        {
            time.Advance(options.BackupFloor);
            await Task.WhenAny(run, scene.Lanes.Changed);
        }

        (await run).ShouldAllBe(answer => answer.Worker!.Id == "worker-1");
        await scene.Workers[0].CancelledAsync();
        scene.Lost.ShouldBeEmpty("its lease was not over");
        DispatchTally tally = scene.Tallies.Last();
        (tally.Shares, tally.Items, tally.Leases, tally.Backups, tally.BackupsWon, tally.Losses).ShouldBe((2, 2, 3, 1, 1, 0));
    }

    [Fact]
    public async Task RunAsync_AuditFindsOtherBits_TheThirdDecidesAndTheOddOneIsRefused()
    {
        await using DispatchScene scene = await DispatchScene.StartAsync(3);
        scene.Workers[1].HasOtherBits = true;

        ShareAnswer[] answers = await scene.Dispatcher.RunAsync([DispatchScene.Share(0, 1) with { IsAudited = true }], null, Token);

        answers.ShouldAllBe(answer => answer.Worker!.Id != "worker-1");
        string warning = scene.Warnings.ShouldHaveSingleItem();
        warning.ShouldStartWith("worker worker-1 is refused: audit of share 0 of step 1: expected SHA-256 ");
        scene.Lanes.Count.ShouldBe(2);
        scene.Tallies.Last().Outvoted.ShouldBe(1);
    }

    [Fact]
    public async Task RunAsync_AuditAgrees_CountsOnceAndNobodyIsRefused()
    {
        await using DispatchScene scene = await DispatchScene.StartAsync(2);

        await scene.Dispatcher.RunAsync([DispatchScene.Share(0, 1) with { IsAudited = true }], null, Token);

        scene.Workers.ShouldAllBe(worker => worker.Requests.Length == 1, "both computed it");
        scene.Warnings.ShouldBeEmpty();
        DispatchTally tally = scene.Tallies.ShouldHaveSingleItem();
        (tally.Shares, tally.Items, tally.Leases, tally.Audits).ShouldBe((1, 1, 2, 1));
    }

    [Fact]
    public async Task RunAsync_TwoWorkersDiffer_WaitsForAThirdAndSaysSo()
    {
        await using DispatchScene scene = await DispatchScene.StartAsync(2);
        scene.Workers[1].HasOtherBits = true;
        Task<ShareAnswer[]> run = scene.Dispatcher.RunAsync([DispatchScene.Share(0, 1) with { IsAudited = true }], null, Token);
        while (!scene.Said.Any(words => words.StartsWith("another worker: worker-0 and worker-1 gave different numbers", StringComparison.Ordinal)
            || words.StartsWith("another worker: worker-1 and worker-0 gave different numbers", StringComparison.Ordinal)))
        {
            await scene.Lanes.Changed;
        }

        scene.Directory.Lend([scene.Workers[0].Lent]);

        (await run).ShouldHaveSingleItem().Worker!.Id.ShouldBe("worker-0", "the other one was taken away");
        scene.Warnings.ShouldBeEmpty("nobody was outvoted");
    }

    [Fact]
    public async Task RunAsync_AWorkerJoinsAndIsCheckedForLong_TheStepIsNotHeldUp()
    {
        await using DispatchScene scene = await DispatchScene.StartAsync(2);
        scene.Workers[1].FaultOf = request => request.Gradient.Leaves == 1 ? Fault.Slow : Fault.None;
        (string, string)? pinned = null;
        scene.Dispatcher.Canary = new Canary(
            scene.Context,
            () => 0,
            new Episode { Address = new EpisodeAddress { Seed = 1 } },
            19,
            (contract, hash, _) => Task.FromResult(pinned ??= (contract, hash)));

        await scene.RunAsync(5, Token);

        scene.Workers[0].Requests.Length.ShouldBe(6, "the canary and all shares");
        await scene.Workers[1].EnteredAsync();
        scene.Workers[1].Requests.ShouldHaveSingleItem("its canary is still on its way");
        scene.Workers[1].Release();
        while (scene.Workers[1].Requests.Length == 1)
        {
            await scene.Dispatcher.RunAsync([DispatchScene.Share(0, 2), DispatchScene.Share(1, 2)], null, Token);
        }

        scene.Workers[1].Requests[1].Gradient.Leaves.ShouldBe(2, "checked, it takes shares");
    }
}
