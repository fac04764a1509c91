using System.Diagnostics;
using S2M.Coordinator.Tests.Simulation;
using S2M.Coordinator.Training;
using S2M.Numerics.Tests;

namespace S2M.Coordinator.Tests.Checkpoints;

/// <summary>Real processes that are killed, or run out of disk, while they write checkpoints.</summary>
public sealed class CheckpointFaultTests : IDisposable
{
    private const int Steps = 100_000;
    private const int Size = 40_000;
    private readonly string _folder = Directory.CreateTempSubdirectory("s2m-faults-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Publish_ProcessKilledWhileItWrites_LeavesAWholeCheckpointWithTheRightBits()
    {
        int published = 0;
        foreach (int lines in (int[])[1, 2, 3, 4, 5])
        {
            published = await KilledAfter(lines);

            TrainingState state = TrainingChild.JobOf(Steps, Size).Begin();
            TrainingChild.JobOf(Steps, Size).Open(_folder).Restore(state).ShouldNotBeNull("and no warning");
            state.Snapshot.Version.ShouldBeGreaterThanOrEqualTo(published, "a step that was said to be published is there");
            published = state.Snapshot.Version;
        }

        TrainingState last = TrainingChild.JobOf(Steps, Size).Begin();
        TrainingChild.JobOf(Steps, Size).Open(_folder).Restore(last);
        last.Hash().ShouldBe(await HashAt(published));
    }

    [Fact]
    public async Task Publish_NoRoomForTheFile_FailsWithTheReasonAndKeepsTheCheckpointBefore()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs ulimit");
        int published = await KilledAfter(2);
        TrainingState before = TrainingChild.JobOf(Steps, Size).Begin();
        TrainingChild.JobOf(Steps, Size).Open(_folder).Restore(before);

        // Files may have 64 KiB: room for the runtime's own and not for a checkpoint. Without its signal the limit is an error of the write.
        ProcessStartInfo child = ChildProcess.Describe([("DOTNET_EnableWriteXorExecute", "0"), ("DOTNET_EnableDiagnostics", "0")], _folder, $"{Steps}", $"{Size}");
        string[] command = [child.FileName, .. child.ArgumentList];
        child.FileName = "bash";
        child.ArgumentList.Clear();
        Array.ForEach(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$@\"", "bash", .. command], child.ArgumentList.Add);
        (int exitCode, string output, string errors) = await ChildProcess.RunAsync(child);

        exitCode.ShouldBe(TrainingChild.Failed, errors + output);
        string next = Path.Combine(_folder, $"step-{before.Snapshot.Version + 1:D6}");
        output.ShouldContain($"checkpoint '{next}' could not be written");
        output.ShouldContain("is too large for its file system or the process' limit");
        output.ShouldContain("Checkpoints before it are kept: free space or choose another folder, then resume");
        Directory.Exists(next).ShouldBeFalse("what was begun takes no room");
        TrainingState after = TrainingChild.JobOf(Steps, Size).Begin();
        TrainingChild.JobOf(Steps, Size).Open(_folder).Restore(after);
        after.Hash().ShouldBe(before.Hash());
        published.ShouldBeLessThanOrEqualTo(after.Snapshot.Version);
    }

    /// <summary>Runs the child until it has published so many more checkpoints, then kills it in whatever it does.</summary>
    /// <returns>The last step that it said was published.</returns>
    private async Task<int> KilledAfter(int lines)
    {
        using Process process = Process.Start(ChildProcess.Describe([], _folder, $"{Steps}", $"{Size}"))!;
        int published = 0;
        for (int i = 0; i < lines; i++)
        {
            string? line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            published = int.Parse(line ?? throw new InvalidOperationException(await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)));
        }

        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return published;
    }

    private static async Task<string> HashAt(int step)
    {
        SimulatedJob job = TrainingChild.JobOf(Steps, Size);
        using var source = new CancellationTokenSource();
        string hash = string.Empty;
        TrainingState state = job.Begin();
        var observer = new RecordingObserver
        {
            OnPublished = version =>
            {
                if (version == step)
                {
                    hash = state.Hash();
                    source.Cancel();
                }
            },
        };
        await Should.ThrowAsync<OperationCanceledException>(() => job.RunAsync(new MemoryStore(), observer, state, source.Token));
        return hash;
    }
}
