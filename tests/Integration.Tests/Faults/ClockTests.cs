using System.Globalization;
using S2M.Coordinator.Tests.Storage;
using S2M.Integration.Tests.Processes;
using S2M.Protos.V1;

namespace S2M.Integration.Tests.Faults;

/// <summary>Machines whose clocks are wrong: everything that waits or expires counts its own time, and nothing happens.</summary>
public sealed class ClockTests(Reference reference, PostgreSqlServer server)
{
    private const int Apart = 600;

    // Debian's libfaketime, or one that a variable names.
    private static readonly string[] Libraries =
    [
        Environment.GetEnvironmentVariable("S2M_LIBFAKETIME") ?? string.Empty,
        "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
        "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
        "/usr/lib/faketime/libfaketime.so.1",
    ];

    [Fact, Proves(Fault.ClocksApart)]
    public async Task Run_ClocksTenMinutesApart_NothingHappensAndASiloThatIsKilledIsReplaced()
    {
        string? library = Array.Find(Libraries, File.Exists);
        Assert.SkipWhen(library is null, "needs libfaketime: apt-get install libfaketime");
        Dictionary<string, string> Off(int seconds) => new(StringComparer.Ordinal)
        {
            ["LD_PRELOAD"] = library,
            ["FAKETIME"] = seconds.ToString("+0;-0", CultureInfo.InvariantCulture),
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",

            // Its correction for old C libraries ends every timed wait at once.
            ["FAKETIME_FORCE_MONOTONIC_FIX"] = "0",
        };

        string connection = await server.CreateDatabaseAsync();
        await using Cluster cluster = await Cluster.StartAsync(0, connection);
        Peer ahead = await cluster.JoinAsync(environment: Off(Apart));
        await cluster.StartWorkerAsync("worker-1");
        await cluster.StartWorkerAsync("worker-2", Off(-Apart));
        Job job = await cluster.SubmitAsync();
        await cluster.Watch(job).StepAsync(4);
        var rows = new JobRows(connection, job.JobId);
        (Peer owner, Peer other) = await rows.OwnerAsync((cluster.First, ahead));
        Watcher watcher = cluster.Watch(job, other);
        (await ahead.Client.Server.CheckAsync(TestContext.Current.CancellationToken)).ClockDifference.ShouldNotBeNull().TotalSeconds.ShouldBeInRange(Apart - 60, Apart + 60);
        (await rows.EpochAsync()).ShouldBe(1, "nobody takes a living silo for a dead one");

        await owner.Process.EndAsync(ProgramProcess.Kill);

        (await Outcome.AssertAsync(watcher, reference, rows)).Epoch.ShouldBe(2);
        other.Process.HasEnded.ShouldBeFalse(other.Process.Errors);
        cluster.Workers.ShouldAllBe(worker => !worker.HasEnded);
    }
}
