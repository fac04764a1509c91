using Microsoft.Extensions.Time.Testing;
using S2M.Coordinator.Dispatch;
using S2M.Protos.V1;

namespace S2M.Coordinator.Tests.Dispatch;

/// <summary>Leases over real connections, with every fault that a worker can have.</summary>
public sealed class DispatcherTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunAsync_ManyShares_AreComputedOnceEach()
    {
        await using DispatchScene scene = await DispatchScene.StartAsync(3);

        await scene.RunAsync(40, Token);

        ComputeShareRequest[] requests = [.. scene.Workers.SelectMany(worker => worker.Requests)];
        requests.Select(request => request.Share).Order().ShouldBe(Enumerable.Range(0, 40));
        requests.ShouldAllBe(request => request.JobId == "job-1" && request.Epoch == 7 && request.SpecificationHash == "hash");
        scene.Workers.ShouldAllBe(worker => worker.Requests.Length > 0);
        scene.Workers[1].Requests.ShouldAllBe(request => request.Incarnation == "start of worker-1");
        scene.Lost.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Fault.FailsBefore, "out of memory")]
    [InlineData(Fault.FailsWithin, "the device fell out")]
    [InlineData(Fault.WrongLength, "every array whole")]
    [InlineData(Fault.NoEnd, "an end")]
    [InlineData(Fault.AnswersTwice, "nothing behind the end")]
    [InlineData(Fault.OtherEpisodes, "the node of episode")]
    [InlineData(Fault.OtherShape, "the node of episode")]
    [InlineData(Fault.RefusesState, "expected mine, got another")]
    public async Task RunAsync_WorkerFailsAShare_ItIsLeasedAgainAndCountedOnce(Fault fault, string reason)
    {
        await using DispatchScene scene = await DispatchScene.StartAsync(2);
        scene.Workers[0].Script(fault);

        ShareAnswer[] answers = await scene.RunAsync(6, Token);

        (string Worker, string Reason) lost = scene.Lost.ShouldHaveSingleItem();
        lost.Worker.ShouldBe("worker-0");
        lost.Reason.ShouldContain(reason);
        int share = scene.Workers[0].Requests[0].Share;
        answers[share].Worker.ShouldNotBeNull().Id.ShouldBe("worker-1", "another worker gets it");
        scene.Workers.Sum(worker => worker.Requests.Length).ShouldBe(7);
    }

    [Fact]
    public async Task RunAsync_ConnectionIsCutOnce_TheSameWorkerIsAskedAgain()
    {
        await using DispatchScene scene = await DispatchScene.StartAsync(1);
        scene.Workers[0].Script(Fault.CutsConnection);

        await scene.RunAsync(3, Token);

        scene.Workers[0].Requests.Length.ShouldBe(4);
    }

    [Fact]
    public async Task RunAsync_WorkerIsGone_ItsSharesGoToTheOther()
    {
        await using DispatchScene scene = await DispatchScene.StartAsync(2);
        await scene.Workers[0].DisposeAsync();

        ShareAnswer[] answers = await scene.RunAsync(6, Token);

        answers.ShouldAllBe(answer => answer.Worker!.Id == "worker-1");
        scene.Lost.ShouldContain(lost => lost.Worker == "worker-0");
    }

    [Fact]
    public async Task RunAsync_RequestIsRefused_FailsAtOnceWithTheWorkersWords()
    {
        await using DispatchScene scene = await DispatchScene.StartAsync(2);
        scene.Workers[0].FaultOf = scene.Workers[1].FaultOf = request => request.Share == 2 ? Fault.RefusesRequest : Fault.None;

        CoordinatorException problem = await Should.ThrowAsync<CoordinatorException>(() => scene.RunAsync(5, Token));

        problem.Message.ShouldMatch("^gradient: worker worker-[01]: episodes: expected images of the data set, got others$");
        scene.Workers.SelectMany(worker => worker.Requests).Count(request => request.Share == 2).ShouldBe(1);
    }

    [Fact]
    public async Task RunAsync_ShareFailsEverywhere_FailsAfterSoManyFaultsOfDifferentWorkers()
    {
        DispatchOptions options = DispatchScene.Options;
        options.FaultsPerShare = 2;
        await using DispatchScene scene = await DispatchScene.StartAsync(3, options);
        foreach (FakeWorker worker in scene.Workers)
        {
            worker.FaultOf = request => request.Share == 1 ? Fault.FailsBefore : Fault.None;
        }

        (await Should.ThrowAsync<CoordinatorException>(() => scene.RunAsync(4, Token))).Message.ShouldContain("out of memory");

        scene.Workers.Select(worker => worker.Requests.Count(request => request.Share == 1)).Order().ShouldBe([0, 1, 1]);
    }

    [Fact]
    public async Task RunAsync_OneWorkerCannotDoAShare_TheJobGoesOn()
    {
        DispatchOptions options = DispatchScene.Options;
        options.FaultsPerShare = 2;
        await using DispatchScene scene = await DispatchScene.StartAsync(2, options);
        scene.Workers[0].FaultOf = request => request.Share == 12 ? Fault.FailsBefore : Fault.None;

        await scene.RunAsync(30, Token);

        scene.Workers[0].Requests.Count(request => request.Share == 12).ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public async Task RunAsync_WorkerFailsTwice_RestsAndIsAskedAgain()
    {
        await using DispatchScene scene = await DispatchScene.StartAsync(1);
        scene.Workers[0].Script(Fault.FailsBefore, Fault.FailsBefore);

        await scene.RunAsync(3, Token);

        scene.Lost.Count.ShouldBe(2);
        scene.Workers[0].Requests.Length.ShouldBe(5, "nothing was sent while it rested");
    }

    [Fact]
    public async Task RunAsync_WorkerFailsOnceBehindGoodShares_GetsNoRest()
    {
        // The clock stands still: a rest would have no end.
        await using DispatchScene scene = await DispatchScene.StartAsync(1, time: new FakeTimeProvider());
        scene.Workers[0].Script(Fault.None, Fault.None, Fault.FailsBefore);

        await scene.RunAsync(5, Token);

        scene.Lost.ShouldHaveSingleItem();
        scene.Workers[0].Requests.Length.ShouldBe(6);
    }

    [Fact]
    public async Task RunAsync_NothingIsFinishedForLong_SaysSoThoughTheDirectoryIsAskedAllTheTime()
    {
        var time = new FakeTimeProvider();
        await using DispatchScene scene = await DispatchScene.StartAsync(1, time: time, directoryTime: TimeProvider.System);
        await scene.RunAsync(1, Token);
        scene.Workers[0].FaultOf = _ => Fault.Slow;
        Task<ShareAnswer[]> run = scene.Dispatcher.RunAsync([DispatchScene.Share(0, 1)], null, Token);
        await scene.Workers[0].EnteredAsync();
        await scene.Workers[0].EnteredAsync();

        // The directory is asked by a clock of its own, and each of its answers wakes the run: no single wait of that is as long as its patience.
        for (int i = 0; i < 12; i++)
        {
            await scene.Lanes.Changed.WaitAsync(TimeSpan.FromMinutes(1), Token);
            time.Advance(TimeSpan.FromSeconds(0.5));
        }

        while (!scene.Said.Contains("a share: none was finished for 5 s; a worker is slow or hangs", StringComparer.Ordinal))
        {
            await scene.Lanes.Changed.WaitAsync(TimeSpan.FromMinutes(1), Token);
        }

        scene.Workers[0].Release();
        (await run).Length.ShouldBe(1);
        scene.Lost.ShouldBeEmpty();
    }

    [Fact]
    public async Task RunAsync_NoAnswerWithinTheLease_TheCallIsCancelledAndTheShareLeasedAgain()
    {
        var time = new FakeTimeProvider();
        await using DispatchScene scene = await DispatchScene.StartAsync(2, time: time);
        scene.Workers[0].Script(Fault.Hangs);
        Task<ShareAnswer[]> run = scene.RunAsync(2, Token);
        await scene.Workers[0].EnteredAsync();
        await scene.DoneAsync();

        time.Advance(DispatchScene.Options.FirstLease);

        await scene.Workers[0].CancelledAsync();
        (await run).ShouldAllBe(answer => answer.Worker!.Id == "worker-1");
        scene.Lost.ShouldHaveSingleItem().ShouldBe(("worker-0", "no answer within its lease of 600 s"));
    }

    [Fact]
    public async Task RunAsync_DirectoryLosesTheWorker_ItsShareIsLeasedAgainAtOnce()
    {
        await using DispatchScene scene = await DispatchScene.StartAsync(2);
        scene.Workers[0].Script(Fault.Hangs);
        Task<ShareAnswer[]> run = scene.RunAsync(2, Token);
        await scene.Workers[0].EnteredAsync();

        scene.Directory.Lend([scene.Workers[1].Lent]);

        (await run).ShouldAllBe(answer => answer.Worker!.Id == "worker-1");
        await scene.Workers[0].CancelledAsync();
        scene.Lost.ShouldHaveSingleItem().ShouldBe(("worker-0", "the directory lost the worker"));
    }

    [Fact]
    public async Task RunAsync_WorkerIsLentToAnotherJob_FinishesWhatItHas()
    {
        await using DispatchScene scene = await DispatchScene.StartAsync(2);
        scene.Workers[0].Script(Fault.Slow);
        Task<ShareAnswer[]> run = scene.RunAsync(5, Token);
        await scene.Workers[0].EnteredAsync();

        scene.Directory.Lend([scene.Workers[1].Lent], scene.Workers[0].Lent);
        await scene.HasAsync(1);
        scene.Workers[0].Release();

        (await run).Count(answer => answer.Worker!.Id == "worker-0").ShouldBe(scene.Workers[0].Requests.Length, "what was on its way");
        scene.Lost.ShouldBeEmpty();
    }

    [Fact]
    public async Task RunAsync_LargeArrays_ComeOverConnectionsOfTheirOwnWithTheSameNumbers()
    {
        await using DispatchScene inCalls = await DispatchScene.StartAsync(1);
        DispatchOptions options = DispatchScene.Options;
        options.TicketBytes = 1;
        await using DispatchScene byTickets = await DispatchScene.StartAsync(1, options);

        ShareAnswer[] expected = await inCalls.RunAsync(3, Token);
        ShareAnswer[] got = await byTickets.RunAsync(3, Token);

        inCalls.Workers[0].Tickets.ShouldBe(0, "19 numbers are not many");
        byTickets.Workers[0].Tickets.ShouldBe(3);
        got.Select(answer => answer.Floats(0)).ShouldBe(expected.Select(answer => answer.Floats(0)));
    }

    [Fact]
    public async Task RunAsync_NoConnectionForArraysGetsThrough_TheyComeWithinCallsAndNoShareIsLost()
    {
        DispatchOptions options = DispatchScene.Options;
        options.TicketBytes = 1;
        await using DispatchScene scene = await DispatchScene.StartAsync([await FakeWorker.StartAsync("worker-0", hasDoor: false)], options);

        (await scene.RunAsync(4, Token)).Length.ShouldBe(4);

        scene.Lost.ShouldBeEmpty();
        scene.Workers[0].Requests[^1].TicketBytes.ShouldBe(0, "it is not tried again");
    }

    [Fact]
    public async Task RunAsync_WorkerComputes_HasItsNextShareAlready()
    {
        await using DispatchScene scene = await DispatchScene.StartAsync(1);
        (Task<ShareAnswer[]> run, FakeWorker worker) = await BeginWithTwoSharesAsync(scene);

        worker.Requests.Skip(1).Select(request => request.Gradient.First).Order().ShouldBe(Enumerable.Range(0, 2), "one that it computes and one that waits");

        worker.Release();
        (await run).Length.ShouldBe(3);
        scene.Lost.ShouldBeEmpty();
    }

    [Fact]
    public async Task RunAsync_ConnectionIsCutUnderTwoShares_BothAreAskedAgainAndTheWorkerGetsNoRest()
    {
        await using DispatchScene scene = await DispatchScene.StartAsync(1);
        (Task<ShareAnswer[]> run, FakeWorker worker) = await BeginWithTwoSharesAsync(scene);

        worker.Cut();

        await worker.EnteredAsync();
        await worker.EnteredAsync();
        worker.Release();
        (await run).Length.ShouldBe(3);
        scene.Lost.ShouldBeEmpty();
        worker.Requests.Skip(1).Select(request => request.Share).Order().ShouldBe([0, 0, 1, 1, 2]);
    }

    [Fact]
    public async Task RunAsync_WorkerComesLater_SaysWhatItWaitsForAndGoesOn()
    {
        await using DispatchScene scene = await DispatchScene.StartAsync(1);
        scene.Directory.Lend([]);
        await scene.HasAsync(0);
        Task<ShareAnswer[]> run = scene.RunAsync(2, Token);
        while (!scene.Said.Contains("a worker: none is registered", StringComparer.Ordinal))
        {
            await scene.Lanes.Changed;
        }

        scene.Directory.Lend([scene.Workers[0].Lent]);

        await run;
        scene.Said.Last().ShouldBeEmpty("it waits no more");
    }

    [Fact]
    public async Task RunAsync_DirectoryIsAway_WorkersStayLent()
    {
        await using DispatchScene scene = await DispatchScene.StartAsync(2);
        int asked = scene.Directory.Asked.Count;
        scene.Directory.Problem = new TimeoutException("no answer");

        await scene.RunAsync(10, Token);

        scene.Lanes.Count.ShouldBe(2);
        scene.Directory.Lend([]);
        scene.Directory.Problem = null;
        await scene.HasAsync(0);
        scene.Directory.Problem = new TimeoutException("no answer");
        while (scene.Lanes.WaitsFor != "the directory of workers, which does not answer: no answer")
        {
            await scene.Lanes.Changed.WaitAsync(TimeSpan.FromMinutes(1), Token);
        }

        scene.Directory.Lend(scene.Workers.Select(worker => worker.Lent));
        asked = scene.Directory.Asked.Count;
        scene.Directory.Problem = null;
        while (scene.Directory.Asked.Count < asked + 3)
        {
            await scene.Lanes.Changed;
        }

        scene.Lanes.Count.ShouldBe(2);
    }

    [Fact]
    public async Task RunAsync_Cancelled_CancelsWhatIsOnItsWayAndWaitsForIt()
    {
        await using DispatchScene scene = await DispatchScene.StartAsync(2);
        scene.Workers[0].Script(Fault.Hangs);
        scene.Workers[1].Script(Fault.Hangs);
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task<ShareAnswer[]> run = scene.RunAsync(9, source.Token);
        await scene.Workers[0].EnteredAsync();
        await scene.Workers[1].EnteredAsync();

        await source.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => run);
        scene.Workers.Select(worker => scene.Lanes.Take(worker.Lent.Incarnation)).ShouldAllBe(lane => lane != null, "no lane is busy any more");
        await scene.Workers[0].CancelledAsync();
        await scene.Workers[1].CancelledAsync();
        scene.Workers.Sum(worker => worker.Requests.Length).ShouldBe(2, "nothing else was sent");
        scene.Done.ShouldBeEmpty();
    }

    [Fact]
    public async Task RunAsync_NoShares_GivesNothing()
    {
        await using DispatchScene scene = await DispatchScene.StartAsync(1);

        (await scene.Dispatcher.RunAsync([], null, Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task DisposeAsync_Workers_AreGivenBack()
    {
        DispatchScene scene = await DispatchScene.StartAsync(1);

        await scene.DisposeAsync();

        scene.Directory.Returned.ShouldBe(["job-1"]);
    }

    /// <summary>Has three shares computed by a worker whose speed is known: one is with it and one waits behind, until it is released.</summary>
    private static async Task<(Task<ShareAnswer[]> Run, FakeWorker Worker)> BeginWithTwoSharesAsync(DispatchScene scene)
    {
        FakeWorker worker = scene.Workers[0];
        await scene.Dispatcher.RunAsync([DispatchScene.Share(0, 1)], null, Token);
        await worker.EnteredAsync();
        worker.FaultOf = _ => Fault.Slow;
        Task<ShareAnswer[]> run = scene.RunAsync(3, Token);
        await worker.EnteredAsync();
        await worker.EnteredAsync();
        return (run, worker);
    }
}
