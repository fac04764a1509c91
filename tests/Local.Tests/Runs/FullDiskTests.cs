using S2M.Coordinator.Checkpoints;

namespace S2M.Local.Tests.Runs;

/// <summary>No room for the next checkpoint: a limit on the size of files gives a write error as real as that of a full disk.</summary>
public sealed class FullDiskTests(ReferenceRun reference) : IDisposable
{
    // Below the parameters of one checkpoint of this network.
    private const int SmallFiles = 150;

    private readonly TempFolder _folder = new();

    [Fact]
    public async Task Publish_NoRoomLeft_FailsWithReasonAndResumesFromTheCheckpointBefore()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs ulimit");
        string folder = _folder.CopyOf(reference.Folder, "run");
        string checkpoints = Path.Combine(folder, "checkpoints");
        foreach ((int step, string path) in StepFolders.AllIn(checkpoints))
        {
            if (step > ReferenceRun.Steps - 2)
            {
                Directory.Delete(path, recursive: true);
            }
        }

        File.Delete(Path.Combine(folder, "metrics.json"));
        using LocalProcess process = LocalProcess.StartWithFileLimit(SmallFiles, ReferenceRun.Arguments(folder, "--resume", "--threads", "2"));
        Finished failed = await process.FinishAsync();

        failed.ExitCode.ShouldBe(1, failed.Errors);
        failed.Errors.ShouldContain("step-000007' could not be written");
        failed.Errors.ShouldContain("is too large for its file system or the process' limit");
        failed.Errors.ShouldContain("then resume");
        StepFolders.AllIn(checkpoints).Select(folder => folder.Step).ShouldBe([ReferenceRun.Steps - 2], "what was begun takes no room");

        Finished resumed = await LocalProcess.RunAsync(ReferenceRun.Arguments(folder, "--resume", "--threads", "2"));
        resumed.ExitCode.ShouldBe(0, resumed.Errors);
        ReferenceRun.HashOf(ReferenceRun.MetricsIn(folder)).ShouldBe(reference.Hash);
    }

    public void Dispose() => _folder.Dispose();
}
