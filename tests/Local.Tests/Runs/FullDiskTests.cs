using System.Diagnostics;

namespace S2M.Local.Tests.Runs;

/// <summary>A disk without room for the second checkpoint.</summary>
public sealed class FullDiskTests(ReferenceRun reference) : IDisposable
{
    // A checkpoint of this network takes 1.4 MB.
    private const string Room = "size=2m";

    // Below the parameters of one checkpoint.
    private const int SmallFiles = 300;

    private readonly TempFolder _folder = new();

    [Fact]
    public async Task Publish_NoRoomLeft_FailsWithReasonAndResumesFromTheCheckpointBefore()
    {
        string small = Directory.CreateDirectory(_folder["small"]).FullName;
        bool mounted = await CommandAsync("mount", "-t", "tmpfs", "-o", Room, "tmpfs", small) == 0;
        try
        {
            // Without the right to mount, a limit on the size of files gives a write error as real, at the first checkpoint.
            using LocalProcess process = mounted
                ? LocalProcess.Start(ReferenceRun.Arguments(small, "--threads", "2"))
                : LocalProcess.StartWithFileLimit(SmallFiles, ReferenceRun.Arguments(small, "--threads", "2"));
            Finished failed = await process.FinishAsync();

            failed.ExitCode.ShouldBe(1, failed.Errors);
            failed.Errors.ShouldContain(mounted ? "step-000002' could not be written" : "step-000001' could not be written");
            failed.Errors.ShouldContain("--resume");
            Directory.GetDirectories(Path.Combine(small, "checkpoints")).Select(Path.GetFileName).ShouldBe(mounted ? ["step-000001"] : []);

            string larger = _folder.CopyOf(small, "larger");
            Finished resumed = await LocalProcess.RunAsync(ReferenceRun.Arguments(larger, "--resume", "--threads", "2"));
            resumed.ExitCode.ShouldBe(0, resumed.Errors);
            ReferenceRun.HashOf(ReferenceRun.MetricsIn(larger)).ShouldBe(reference.Hash);
        }
        finally
        {
            if (mounted)
            {
                (await CommandAsync("umount", small)).ShouldBe(0);
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<int> CommandAsync(string command, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(command, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
