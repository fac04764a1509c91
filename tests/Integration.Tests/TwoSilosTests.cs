using System.Globalization;
using S2M.Coordinator.Tests.Storage;
using S2M.Integration.Tests.Faults;
using S2M.Integration.Tests.Processes;
using S2M.Protos.V1;

namespace S2M.Integration.Tests;

/// <summary>Two coordinators on one PostgreSQL: one cluster, in which a job has one loop, and goes on at the other when the one that runs it is gone.</summary>
public sealed class TwoSilosTests(Reference reference, PostgreSqlServer server)
{
    // The runtime ends a process that was told to by a signal to itself.
    private const int Aborted = 128 + 6;

    [Fact, Proves(Fault.SiloKilled)]
    public async Task Kill_SiloThatRunsTheJob_JobGoesOnAtTheOther()
    {
        string connection = await server.CreateDatabaseAsync();
        await using Cluster cluster = await Cluster.StartAsync(0, connection);
        (Peer First, Peer Second) peers = await cluster.AddCoordinatorAsync();
        await cluster.StartWorkerAsync();
        Job job = await cluster.SubmitAsync();
        await cluster.Watch(job).StepAsync(4);
        (Peer owner, Peer other) = await new JobRows(connection, job.JobId).OwnerAsync(peers);
        Watcher watcher = cluster.Watch(job, other);
        long began = TimeProvider.System.GetTimestamp();

        Finished killed = await owner.Process.EndAsync(ProgramProcess.Kill);
        await watcher.LineAsync("going on from the checkpoint of step ");
        Report("killed", began);
        Job end = await watcher.EndAsync();

        killed.ExitCode.ShouldBe(128 + ProgramProcess.Kill);
        await AssertSameAsync(end, watcher, epoch: 2);
        (await new JobRows(connection, job.JobId).OwnerAsync(peers)).Owner.ShouldBe(other);
    }

    [Fact]
    public async Task Kill_OtherSilo_LoopGoesOnUndisturbed()
    {
        string connection = await server.CreateDatabaseAsync();
        await using Cluster cluster = await Cluster.StartAsync(0, connection);
        (Peer First, Peer Second) peers = await cluster.AddCoordinatorAsync();
        await cluster.StartWorkerAsync();
        Job job = await cluster.SubmitAsync();
        await cluster.Watch(job).StepAsync(2);
        (Peer owner, Peer other) = await new JobRows(connection, job.JobId).OwnerAsync(peers);
        Watcher watcher = cluster.Watch(job, owner);

        await other.Process.EndAsync(ProgramProcess.Kill);
        await owner.Process.LineAsync("is Dead");
        Job end = await watcher.EndAsync();

        await AssertSameAsync(end, watcher, epoch: 1);
    }

    [Fact]
    public async Task Run_BothAlive_EachJobHasOneLoopAndBothSilosHaveJobs()
    {
        string connection = await server.CreateDatabaseAsync();
        await using Cluster cluster = await Cluster.StartAsync(0, connection);
        (Peer First, Peer Second) peers = await cluster.AddCoordinatorAsync();
        await Task.WhenAll(cluster.StartWorkerAsync(), cluster.StartWorkerAsync());

        // The second one comes when the first one runs: it goes to the silo that has fewer.
        Job one = await cluster.SubmitAsync();
        Watcher first = cluster.Watch(one, peers.First);
        await first.StepAsync(1);
        Job two = await cluster.SubmitAsync();
        Watcher second = cluster.Watch(two, peers.Second);

        await AssertSameAsync(await first.EndAsync(), first, epoch: 1);
        await AssertSameAsync(await second.EndAsync(), second, epoch: 1);
        Peer owner = (await new JobRows(connection, one.JobId).OwnerAsync(peers)).Owner;
        (await new JobRows(connection, two.JobId).OwnerAsync(peers)).Owner.ShouldNotBe(owner);
    }

    [Fact, Proves(Fault.SiloHungGoesOn)]
    public async Task Hang_SiloThatRunsTheJob_TakenOverAndRefusedWhenItComesBack()
    {
        string connection = await server.CreateDatabaseAsync();
        await using Cluster cluster = await Cluster.StartAsync(0, connection);
        (Peer First, Peer Second) peers = await cluster.AddCoordinatorAsync();
        await cluster.StartWorkerAsync();
        Job job = await cluster.SubmitAsync();
        await cluster.Watch(job).StepAsync(4);
        var rows = new JobRows(connection, job.JobId);
        (Peer owner, Peer other) = await rows.OwnerAsync(peers);
        Watcher watcher = cluster.Watch(job, other);
        long began = TimeProvider.System.GetTimestamp();

        owner.Process.Signal(ProgramProcess.Stop);
        await watcher.LineAsync("going on from the checkpoint of step ");
        Report("hung", began);
        Job end = await watcher.EndAsync();
        string before = await rows.AllAsync();
        owner.Process.Signal(ProgramProcess.Continue);
        Finished ended = await owner.Process.FinishAsync();

        ended.ExitCode.ShouldBe(Aborted, ended.Errors);
        ended.Errors.ShouldContain("I have been told I am dead");
        (await rows.AllAsync()).ShouldBe(before);
        await AssertSameAsync(end, watcher, epoch: 2);
    }

    private static void Report(string what, long began)
        => TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: taken over after {TimeProvider.System.GetElapsedTime(began).TotalSeconds:F1} s"));

    private async Task AssertSameAsync(Job end, Watcher watcher, long epoch)
    {
        end.State.ShouldBe(JobState.Succeeded, end.Reason);
        end.ParametersHash.ShouldBe(await reference.HashAsync());
        end.Epoch.ShouldBe(epoch);
        watcher.Steps.ShouldBe(Enumerable.Range(1, SmallJob.Steps));
    }
}
