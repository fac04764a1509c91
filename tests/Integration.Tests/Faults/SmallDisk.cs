using System.Diagnostics;
using System.Globalization;
using S2M.Integration.Tests.Processes;

namespace S2M.Integration.Tests.Faults;

/// <summary>A file system of its own in memory, of a given size. Disposed, it goes with everything in it.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly TempFolder _folder = new();

    /// <summary>Where it is.</summary>
    internal string Location => _folder.Location;

    /// <summary>Makes one; the asking test is skipped where that is not allowed.</summary>
    /// <param name="kibibytes">Its size.</param>
    internal static async Task<SmallDisk> MakeAsync(int kibibytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "needs root on Linux: mounts a small file system");
        var disk = new SmallDisk();
        (int code, string said) = await RunAsync("mount", "-t", "tmpfs", "-o", SizeOf(kibibytes), "s2m-small-disk", disk.Location);
        if (code != 0)
        {
            disk._folder.Dispose();
            Assert.Skip($"needs to mount a small file system: {said}");
        }

        return disk;
    }

    /// <summary>Gives it another size; what is there stays.</summary>
    internal async Task ResizeAsync(int kibibytes)
    {
        (int code, string said) = await RunAsync("mount", "-o", $"remount,{SizeOf(kibibytes)}", Location);
        code.ShouldBe(0, said);
    }

    public async ValueTask DisposeAsync()
    {
        // Lazily: a process that was killed a moment ago may still be letting go of it.
        (int code, string said) = await RunAsync("umount", "--lazy", Location);
        code.ShouldBe(0, said);
        _folder.Dispose();
    }

    private static string SizeOf(int kibibytes) => string.Create(CultureInfo.InvariantCulture, $"size={kibibytes}k");

    private static async Task<(int Code, string Said)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        string said = await process.StandardError.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        return (process.ExitCode, said);
    }
}
