using S2M.Coordinator.Tests.Storage;
using S2M.Integration.Tests.Processes;
using S2M.Protos.V1;

namespace S2M.Integration.Tests.Faults;

/// <summary>The coordinator's disk is full, or gives back other bytes than it was given.</summary>
public sealed class DiskTests(Reference reference, PostgreSqlServer server)
{
    private const int KibibytesOfAnyJob = 1 << 18;

    [Fact, Proves(Fault.DiskFull)]
    public async Task Full_InTheMiddle_JobFailsWithTheReasonAndGoesOnWhenThereIsRoom()
    {
        string connection = await server.CreateDatabaseAsync();
        await using SmallDisk disk = await SmallDisk.MakeAsync(KibibytesOfAnyJob);
        await using Cluster cluster = await Cluster.StartAsync(1, connection, state: disk.Location);
        Job job = await cluster.SubmitAsync();
        Watcher watcher = cluster.Watch(job);
        await watcher.StepAsync(4);

        // What is taken already is all that there is.
        await disk.ResizeAsync(UsedKibibytes(disk.Location));
        Job failed = await watcher.EndAsync();
        await disk.ResizeAsync(KibibytesOfAnyJob);
        await cluster.Client.Jobs.ResumeAsync(job.JobId, cancellationToken: TestContext.Current.CancellationToken);
        Watcher again = cluster.Watch(job);
        await again.SeesAsync(happened => happened.Job?.Epoch == 2);
        var rows = new JobRows(connection, job.JobId);
        Job end = await Outcome.AssertAsync(again, reference, rows);

        failed.State.ShouldBe(JobState.Failed);
        failed.Reason.ShouldContain("could not be written");
        failed.Reason.ShouldContain("Checkpoints before it are kept: free space");
        end.Epoch.ShouldBe(2);
        again.Lines.ShouldContain(line => line.Message.StartsWith("going on from the checkpoint of step ", StringComparison.Ordinal));
        await Outcome.AssertFilesAsync(cluster.State, end, rows);
    }

    [Theory, Proves(Fault.CheckpointDamaged)]
    [InlineData("parameters.safetensors", true)]
    [InlineData("optimizer.safetensors", false)]
    [InlineData("manifest.json", true)]
    public async Task Damaged_NewestCheckpoint_TheOneBeforeIsUsed(string file, bool torn)
    {
        string connection = await server.CreateDatabaseAsync();
        await using Cluster cluster = await Cluster.StartAsync(1, connection);
        Job job = await cluster.SubmitAsync();
        Watcher watcher = cluster.Watch(job);
        await watcher.StepAsync(7);
        await cluster.Coordinator.EndAsync(ProgramProcess.Kill);
        var rows = new JobRows(connection, job.JobId);
        string newest = (await rows.CheckpointsAsync())[^1];
        string path = Path.Combine(cluster.State, "jobs", job.JobId, newest, file);
        byte[] bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, torn ? bytes[..(bytes.Length / 2)] : bytes, TestContext.Current.CancellationToken);

        await cluster.StartCoordinatorAsync();
        Job end = await Outcome.AssertAsync(watcher, reference, rows);

        end.Epoch.ShouldBe(2);
        watcher.Lines.ShouldContain(line => line.Level == LogLevel.Warning && line.Message.Contains($"{newest}' cannot be used, the one before it is tried: ", StringComparison.Ordinal));
    }

    private static int UsedKibibytes(string location)
    {
        var drive = new DriveInfo(location);
        return (int)((drive.TotalSize - drive.AvailableFreeSpace) >> 10);
    }
}
