using S2M.Integration.Tests.Faults;
using S2M.Integration.Tests.Processes;
using S2M.Protos.V1;

namespace S2M.Integration.Tests;

/// <summary>A coordinator that ends in the middle of a job, and comes again.</summary>
public sealed class CoordinatorLossTests(Reference reference)
{
    [Fact, Proves(Fault.CoordinatorKilled)]
    public async Task Kill_InTheMiddle_JobGoesOnByItselfAndWatcherMissesNothing()
    {
        await using Cluster cluster = await Cluster.StartAsync(1);
        await AssertGoesOnAsync(cluster, reference);
    }

    [Fact]
    public async Task Terminate_InTheMiddle_KeepsTheLastWholeStep()
    {
        await using Cluster cluster = await Cluster.StartAsync(1);

        // No checkpoint of its own accord: the one that is there comes from the end of the process.
        Job job = await cluster.SubmitAsync($"training.checkpoint_every={SmallJob.Steps}");
        Watcher watcher = cluster.Watch(job);
        await watcher.StepAsync(3);

        Finished ended = await cluster.Coordinator.EndAsync(ProgramProcess.Terminate);
        await cluster.StartCoordinatorAsync();
        Job end = await watcher.EndAsync();

        ended.ExitCode.ShouldBe(0, ended.Errors);
        end.State.ShouldBe(JobState.Succeeded, end.Reason);
        end.ParametersHash.ShouldBe(await reference.HashAsync());
        watcher.Steps.ShouldBe(Enumerable.Range(1, SmallJob.Steps));
        LogLine resumed = watcher.Lines.Single(line => line.Message.StartsWith("going on from the checkpoint of step ", StringComparison.Ordinal));
        int step = int.Parse(resumed.Message.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture);
        step.ShouldBeInRange(3, SmallJob.Steps - 1);
        watcher.Lines.Select(line => (line.Step, line.Message)).ShouldContain((step, "the loop stops with a checkpoint of its last whole step"));
    }

    /// <summary>Kills the coordinator in the middle of the small job, starts it again, and compares hash and events.</summary>
    internal static async Task AssertGoesOnAsync(Cluster cluster, Reference reference)
    {
        Watcher watcher = cluster.Watch(await cluster.SubmitAsync());
        await watcher.StepAsync(4);

        Finished killed = await cluster.Coordinator.EndAsync(ProgramProcess.Kill);
        await cluster.StartCoordinatorAsync();
        Job end = await watcher.EndAsync();

        killed.ExitCode.ShouldBe(128 + ProgramProcess.Kill);
        end.State.ShouldBe(JobState.Succeeded, end.Reason);
        end.ParametersHash.ShouldBe(await reference.HashAsync());
        end.Epoch.ShouldBe(2);
        watcher.Reconnections.ShouldBeGreaterThan(0);
        watcher.Steps.ShouldBe(Enumerable.Range(1, SmallJob.Steps));
        watcher.Lines.Count(line => line.Message.Contains(", which had the job, is gone: ", StringComparison.Ordinal)).ShouldBe(1);
        await cluster.Workers[0].LineAsync("registering again");
    }
}
