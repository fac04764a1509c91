using S2M.Integration.Tests.Faults;
using S2M.Integration.Tests.Processes;
using S2M.Protos.V1;

namespace S2M.Integration.Tests;

/// <summary>Workers that come late, and what operators ask of them.</summary>
public sealed class WorkerCommandTests
{
    private static readonly string[] Long = ["training.steps=5000"];

    [Fact, Proves(Fault.WorkerComesAndGoes)]
    public async Task Worker_JoinsCordonedUncordonedDrained_SharesFollow()
    {
        await using Cluster cluster = await Cluster.StartAsync(1);
        Job job = await cluster.SubmitAsync(Long);
        Watcher watcher = cluster.Watch(job);
        await watcher.StepAsync(1);

        await cluster.StartWorkerAsync();
        await cluster.WorkerAsync("worker-2", worker => worker.Shares > 0 && worker.JobId == job.JobId);

        await RunAsync(cluster, "worker", "cordon", "worker-2", "--reason", "a test");
        await cluster.WorkerAsync(
            "worker-2", worker => worker is { State: WorkerState.Cordoned, JobId: "" } && worker.Reason.Contains("a test", StringComparison.Ordinal));

        await RunAsync(cluster, "worker", "uncordon", "worker-2");
        await cluster.WorkerAsync("worker-2", worker => worker.State == WorkerState.Ready && worker.JobId == job.JobId);

        await RunAsync(cluster, "worker", "drain", "worker-2");
        Finished drained = await cluster.Workers[1].FinishAsync();
        drained.ExitCode.ShouldBe(0, drained.Errors);
        await cluster.WorkerAsync("worker-2", worker => worker.State == WorkerState.Gone);

        await RunAsync(cluster, "job", "cancel", job.JobId);
        Job end = await watcher.EndAsync();
        end.State.ShouldBe(JobState.Cancelled);
        watcher.Steps.ShouldBe(Enumerable.Range(1, watcher.Steps.Length));
    }

    [Fact]
    public async Task Submit_WithoutWorkers_JobSaysWhatItWaitsForAndStartsWithTheFirst()
    {
        await using Cluster cluster = await Cluster.StartAsync(0);
        Job job = await cluster.SubmitAsync(Long);
        Watcher watcher = cluster.Watch(job);
        await watcher.SeesAsync(
            happened => happened.Job is { State: JobState.Queued } waiting && waiting.WaitsFor.StartsWith("a worker: none is registered", StringComparison.Ordinal));
        Finished shown = await cluster.RunCommandAsync("job", "show", job.JobId);

        await cluster.StartWorkerAsync();
        await watcher.StepAsync(1);

        shown.ExitCode.ShouldBe(0, shown.Errors);
        shown.Output.ShouldContain("a worker: none is registered");
    }

    private static async Task RunAsync(Cluster cluster, params string[] arguments)
    {
        Finished run = await cluster.RunCommandAsync(arguments);
        run.ExitCode.ShouldBe(0, run.Errors);
    }
}
