using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using S2M.Coordinator.Workers;

namespace S2M.Coordinator.Tests.Workers;

/// <summary>The directory as a real grain of a real silo, on a clock that stands still.</summary>
public sealed class WorkerDirectoryGrainTests : IAsyncLifetime
{
    private static readonly TimeSpan Lease = new WorkerDirectoryOptions().Lease;
    private static readonly DateTimeOffset Noon = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Noon);
    private readonly MemoryWorkers _rows = new();
    private TestSilo _silo = null!;

    private IWorkerDirectoryGrain Directory => _silo.Grains.GetGrain<IWorkerDirectoryGrain>(0);

    public async ValueTask InitializeAsync() => _silo = await StartAsync();

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Fact]
    public async Task RegisterAsync_Worker_IsReadyListedAndStored()
    {
        (await RegisterAsync("a")).ShouldBe(WorkerState.Ready);

        WorkerView view = (await Directory.ListAsync(includeGone: false)).ShouldHaveSingleItem();
        (view.Registration.Id, view.State, view.Reason, view.Since, view.LastBeat, view.JobId, view.Shares)
            .ShouldBe(("a", WorkerState.Ready, "registered", Noon, Noon, string.Empty, 0));
        _rows.Row("a").State.ShouldBe(WorkerState.Ready);
    }

    [Fact]
    public async Task BeatAsync_KnownWorker_KeepsWhatItTells()
    {
        await RegisterAsync("a");
        _time.Advance(TimeSpan.FromSeconds(1));

        (await Directory.BeatAsync(new WorkerBeat("a", "a-1", Draining: false, 12, ["glyphs@0"]))).ShouldBe(WorkerState.Ready);

        WorkerView view = (await Directory.ListAsync(includeGone: false)).ShouldHaveSingleItem();
        (view.Shares, view.LastBeat).ShouldBe((12, Noon.AddSeconds(1)));
        view.Registration.DataVersions.ShouldBe(["glyphs@0"]);
    }

    [Fact]
    public async Task BeatAsync_UnknownWorkerOrStart_AsksItToRegister()
    {
        await RegisterAsync("a");

        (await BeatAsync("a", "a-2")).ShouldBeNull();
        (await BeatAsync("b", "b-1")).ShouldBeNull();
    }

    [Fact]
    public async Task Sweep_WorkerIsSilent_IsGoneAndMustRegisterAgain()
    {
        await RegisterAsync("silent");
        await RegisterAsync("alive");
        _time.Advance(Lease - TimeSpan.FromSeconds(1));
        (await BeatAsync("alive", "alive-1")).ShouldBe(WorkerState.Ready);
        _time.Advance(TimeSpan.FromSeconds(2));
        await UntilAsync("silent", WorkerState.Gone);

        (await Directory.ListAsync(includeGone: false)).ShouldHaveSingleItem().Registration.Id.ShouldBe("alive");
        (await StateAsync("silent")).Reason.ShouldBe("not heard of for 5 s");
        _rows.Row("silent").State.ShouldBe(WorkerState.Gone);
        (await BeatAsync("silent", "silent-1")).ShouldBeNull("it must register again");
        (await RegisterAsync("silent")).ShouldBe(WorkerState.Ready, "the same start comes back");
    }

    [Fact]
    public async Task Sweep_GoneForLong_IsForgotten()
    {
        await RegisterAsync("a");
        await Directory.LeaveAsync("a", "a-1", "told to end");
        (await StateAsync("a")).ShouldBe((WorkerState.Gone, "left: told to end"));

        _time.Advance(new WorkerDirectoryOptions().Remembered + TimeSpan.FromSeconds(2));

        while ((await Directory.ListAsync(includeGone: true)).Length > 0)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }

    [Fact]
    public async Task RegisterAsync_NewStart_TakesThePlaceOfTheOldOne()
    {
        await RegisterAsync("a");
        await Directory.BorrowAsync(Job("job-1"));
        await RegisterAsync("a", "a-2");

        Loan loan = await Directory.BorrowAsync(Job("job-1"));

        loan.Workers.ShouldHaveSingleItem().Incarnation.ShouldBe("a-2");
        loan.Alive.ShouldBe(["a-2"], "the start before has lost its shares");
        (await BeatAsync("a", "a-1")).ShouldBeNull();
        await Directory.LeaveAsync("a", "a-1", "late");
        (await StateAsync("a")).State.ShouldBe(WorkerState.Ready, "the start before has nothing to say any more");
    }

    [Fact]
    public async Task RegisterAsync_NameOfOneThatIsAliveElsewhere_IsRefusedUntilThatOneIsSilent()
    {
        await RegisterAsync("a");

        (await RegisterAsync("a", "a-2", "http://127.0.0.1:2")).ShouldBeNull();
        (await BeatAsync("a", "a-1")).ShouldBe(WorkerState.Ready, "the first one keeps the name");

        _time.Advance(Lease + TimeSpan.FromSeconds(1));
        (await RegisterAsync("a", "a-2", "http://127.0.0.1:2")).ShouldBe(WorkerState.Ready);
        (await BeatAsync("a", "a-1")).ShouldBeNull();
    }

    [Fact]
    public async Task SetStateAsync_Cordon_IsRememberedAcrossStartsAndRestarts()
    {
        await RegisterAsync("a");
        (await Directory.SetStateAsync("a", WorkerState.Cordoned, "ada: fan is loud")).ShouldNotBeNull().State.ShouldBe(WorkerState.Cordoned);
        (await RegisterAsync("a", "a-2")).ShouldBe(WorkerState.Cordoned);

        await _silo.DisposeAsync();
        _silo = await StartAsync();

        (await RegisterAsync("a", "a-3")).ShouldBe(WorkerState.Cordoned);
        (await StateAsync("a")).Reason.ShouldBe("ada: fan is loud");
        (await Directory.BorrowAsync(Job("job-1"))).WaitsFor.ShouldBe("a worker that fits: a: cordoned: ada: fan is loud");
        (await Directory.SetStateAsync("a", WorkerState.Ready, "ada: uncordoned")).ShouldNotBeNull().State.ShouldBe(WorkerState.Ready);
        (await RegisterAsync("a", "a-4")).ShouldBe(WorkerState.Ready, "an uncordoned one stays so");
    }

    [Fact]
    public async Task SetStateAsync_CordonedWorkerEnds_IsCordonedWhenItComesBackAfterARestart()
    {
        await RegisterAsync("a");
        await Directory.SetStateAsync("a", WorkerState.Cordoned, "ada: fan is loud");
        await Directory.LeaveAsync("a", "a-1", "told to end");

        await _silo.DisposeAsync();
        _silo = await StartAsync();

        (await RegisterAsync("a", "a-2")).ShouldBe(WorkerState.Cordoned);
    }

    [Fact]
    public async Task SetStateAsync_NoSuchWorker_GivesNothing() => (await Directory.SetStateAsync("nobody", WorkerState.Cordoned, "x")).ShouldBeNull();

    [Fact]
    public async Task SetStateAsync_Drain_TellsTheWorkerAndLendsItNoMore()
    {
        await RegisterAsync("a");
        (await Directory.BorrowAsync(Job("job-1"))).Workers.ShouldHaveSingleItem();

        await Directory.SetStateAsync("a", WorkerState.Draining, "ada: to be moved");

        Loan loan = await Directory.BorrowAsync(Job("job-1"));
        (loan.Workers.Length, loan.Alive.Length, loan.WaitsFor).ShouldBe((0, 1, "a worker that fits: a: draining: ada: to be moved"));
        (await BeatAsync("a", "a-1")).ShouldBe(WorkerState.Draining);
        (await RegisterAsync("a", "a-2")).ShouldBe(WorkerState.Ready, "a drain is of one start");
    }

    [Fact]
    public async Task BeatAsync_WorkerEndsByItself_IsDraining()
    {
        await RegisterAsync("a");

        (await Directory.BeatAsync(new WorkerBeat("a", "a-1", Draining: true, 1, []))).ShouldBe(WorkerState.Draining);

        (await StateAsync("a")).Reason.ShouldBe("the worker was told to end");
    }

    [Fact]
    public async Task BorrowAsync_NoWorker_SaysWhy()
    {
        (await Directory.BorrowAsync(Job("job-1"))).WaitsFor.ShouldBe("a worker: none is registered; start one with --coordinator set to this service");
        await RegisterAsync("a");

        (await Directory.BorrowAsync(Job("job-2") with { NumericContract = "cuda" })).WaitsFor.ShouldBe("a worker that fits: a: numeric contract: expected 'cuda', got 'cpu'");
        (await Directory.BorrowAsync(Job("job-3") with { Refused = ["a-1"] })).WaitsFor.ShouldBe("a worker that fits: a: refused by the job: its log says why");
        (await Directory.BorrowAsync(Job("job-1"))).WaitsFor.ShouldBeEmpty();
        (await Directory.BorrowAsync(Job("job-4", minutes: 1))).WaitsFor.ShouldBe("its turn: 1 workers that fit are lent to older jobs");
    }

    [Fact]
    public async Task BorrowAsync_TwoJobs_DivideTheWorkersUntilOneReturnsThem()
    {
        foreach (string id in (string[])["a", "b", "c"])
        {
            await RegisterAsync(id);
        }

        (await Directory.BorrowAsync(Job("old"))).Workers.Length.ShouldBe(3);
        (await Directory.BorrowAsync(Job("new", minutes: 1))).Workers.Length.ShouldBe(1);
        (await Directory.BorrowAsync(Job("old"))).Workers.Length.ShouldBe(2);
        (await Directory.ListAsync(includeGone: false)).Select(view => view.JobId).Order(StringComparer.Ordinal).ShouldBe(["new", "old", "old"]);

        await Directory.ReturnAsync("old");

        (await Directory.BorrowAsync(Job("new", minutes: 1))).Workers.Length.ShouldBe(3);
    }

    [Fact]
    public async Task Sweep_JobIsSilent_GivesItsWorkersBack()
    {
        await RegisterAsync("a");
        (await Directory.BorrowAsync(Job("old"))).Workers.ShouldHaveSingleItem();
        (await Directory.BorrowAsync(Job("new", minutes: 1))).Workers.ShouldBeEmpty();
        TimeSpan half = new WorkerDirectoryOptions().LoanLease / 3;
        for (int i = 0; i < 4; i++)
        {
            _time.Advance(half);
            await BeatAsync("a", "a-1");
            await Directory.BorrowAsync(Job("new", minutes: 1));
        }

        while ((await Directory.BorrowAsync(Job("new", minutes: 1))).Workers.Length == 0)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static Borrower Job(string id, int minutes = 0) => new(id, Noon.AddMinutes(minutes), string.Empty, []);

    private Task<TestSilo> StartAsync() => TestSilo.StartAsync(services => services.AddSingleton<TimeProvider>(_time).AddSingleton<IWorkerStore>(_rows));

    private Task<WorkerState?> RegisterAsync(string id, string? incarnation = null, string address = "http://127.0.0.1:1")
        => Directory.RegisterAsync(new WorkerRegistration(id, incarnation ?? $"{id}-1", address, "cpu", "cpu", "1.0", []));

    private Task<WorkerState?> BeatAsync(string id, string incarnation) => Directory.BeatAsync(new WorkerBeat(id, incarnation, Draining: false, 0, []));

    private async Task<(WorkerState State, string Reason)> StateAsync(string id)
        => (await Directory.ListAsync(includeGone: true)).Where(view => view.Registration.Id == id).Select(view => (view.State, view.Reason)).ShouldHaveSingleItem();

    // The sweep is on its way when the clock was moved.
    private async Task UntilAsync(string id, WorkerState state)
    {
        while ((await StateAsync(id)).State != state)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }
}
