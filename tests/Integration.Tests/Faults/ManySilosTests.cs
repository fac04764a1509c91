using System.Net;
using S2M.Coordinator.Tests.Storage;
using S2M.Integration.Tests.Processes;
using S2M.Protos.V1;

namespace S2M.Integration.Tests.Faults;

/// <summary>Silos that are killed one after the other, and silos that are cut from each other.</summary>
public sealed class ManySilosTests(Reference reference, PostgreSqlServer server)
{
    // The runtime ends a process that was told to by a signal to itself.
    private const int Aborted = 128 + 6;

    [Fact, Proves(Fault.SiloKilled)]
    public async Task Kill_TwoOfThreeSilosInTurn_JobEndsOnTheThird()
    {
        string connection = await server.CreateDatabaseAsync();
        await using Cluster cluster = await Cluster.StartAsync(0, connection);
        List<Peer> living = [cluster.First, await cluster.JoinAsync(), await cluster.JoinAsync()];
        await cluster.StartWorkerAsync();
        Job job = await cluster.SubmitAsync();
        var rows = new JobRows(connection, job.JobId);

        // Whoever watches at a silo that dies goes on at another one: each has a watcher of its own from the beginning.
        Dictionary<Peer, Watcher> watchers = living.ToDictionary(static peer => peer, peer => cluster.Watch(job, peer));
        for (int epoch = 1; epoch < 3; epoch++)
        {
            await watchers[living[^1]].StepAsync(4 * epoch);
            Peer owner = await rows.OwnerOfAsync([.. living]);
            living.Remove(owner);
            await owner.Process.EndAsync(ProgramProcess.Kill);
            await rows.BeginsAsync(epoch + 1);
        }

        Job end = await Outcome.AssertAsync(watchers[living.ShouldHaveSingleItem()], reference, rows);
        end.Epoch.ShouldBe(3);
        (await rows.OwnerOfAsync([.. living])).ShouldBe(living[0]);
        await Outcome.AssertFilesAsync(cluster.State, end, rows);
    }

    [Theory, Proves(Fault.SilosCutApart)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cut_BetweenTwoLivingSilos_OneGoesOnAndTheOtherEnds(bool refuses)
    {
        // Each is told another address than it listens on: all of 127.0.0.0/8 is this machine, and there the network can fail.
        string connection = await server.CreateDatabaseAsync();
        (SiloPlace One, SiloPlace Two) places = (SiloPlace.Free(IPAddress.Parse("127.0.0.2")), SiloPlace.Free(IPAddress.Parse("127.0.0.3")));
        await using LoopbackProxy toOne = Before(places.One);
        await using LoopbackProxy toTwo = Before(places.Two);
        await using Cluster cluster = await Cluster.StartAsync(0, connection, place: places.One);
        Peer one = cluster.First;
        Peer two = await cluster.JoinAsync(places.Two);
        await cluster.StartWorkerAsync();
        Job job = await cluster.SubmitAsync();
        await cluster.Watch(job).StepAsync(4);
        var rows = new JobRows(connection, job.JobId);
        Peer owner = await rows.OwnerOfAsync(one, two);
        (Watcher First, Watcher Second) watchers = (cluster.Watch(job, one), cluster.Watch(job, two));

        // Or the job might be at its end before it is decided who goes on.
        cluster.Workers[0].Signal(ProgramProcess.Stop);
        foreach (LoopbackProxy proxy in new[] { toOne, toTwo })
        {
            if (refuses)
            {
                proxy.Refuse();
            }
            else
            {
                proxy.Swallow();
            }
        }

        Task<Finished> firstEnds = one.Process.FinishAsync();
        Task<Finished> ends = await Task.WhenAny(firstEnds, two.Process.FinishAsync());
        Peer survivor = ends == firstEnds ? two : one;
        Finished ended = await ends;
        cluster.Workers[0].Signal(ProgramProcess.Continue);
        Job end = await Outcome.AssertAsync(survivor == one ? watchers.First : watchers.Second, reference, rows);

        ended.ExitCode.ShouldBe(Aborted, ended.Errors);
        ended.Errors.ShouldContain("I have been told I am dead");
        survivor.Process.HasEnded.ShouldBeFalse();
        end.Epoch.ShouldBe(owner == survivor ? 1 : 2);
        await Outcome.AssertFilesAsync(cluster.State, end, rows);
        await AssertWellAsync(cluster, survivor, connection, toOne, toTwo);
    }

    /// <summary>The network is whole again, a silo joins in place of the one that ended, and a job runs as any other.</summary>
    private async Task AssertWellAsync(Cluster cluster, Peer survivor, string connection, params LoopbackProxy[] proxies)
    {
        foreach (LoopbackProxy proxy in proxies)
        {
            proxy.Restore();
        }

        Peer again = await cluster.JoinAsync();
        Job job = await survivor.Client.Jobs.SubmitAsync(
            new SubmitJobRequest { JobFile = SmallJob.File, Overrides = { SmallJob.Settings } }, TestContext.Current.CancellationToken);
        var rows = new JobRows(connection, job.JobId);
        Job end = await Outcome.AssertAsync(cluster.Watch(job, again), reference, rows);
        end.Epoch.ShouldBe(1);
    }

    private static LoopbackProxy Before(SiloPlace place)
    {
        LoopbackProxy proxy = LoopbackProxy.Start(place.Address, place.Port);
        proxy.LeadTo(new IPEndPoint(IPAddress.Loopback, place.Port));
        return proxy;
    }
}
