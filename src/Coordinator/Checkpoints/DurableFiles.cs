using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace S2M.Coordinator.Checkpoints;

/// <summary>Files that are whole on the disk or absent.</summary>
internal static class DurableFiles
{
    private const int ReadOnlyDirectory = 0x10000;

    /// <summary>Writes a new file and flushes its data to the disk.</summary>
    /// <param name="path">Where.</param>
    /// <param name="bytes">What.</param>
    internal static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, preallocationSize: bytes.Length);
        RandomAccess.Write(file, bytes, 0);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>Flushes a folder's entries, so that a rename outlives a loss of power. Where the system has no such call the rename is all there is.</summary>
    /// <param name="folder">The folder.</param>
    internal static void FlushFolder(string folder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        int descriptor = Open(folder, ReadOnlyDirectory);
        if (descriptor < 0)
        {
            throw new IOException($"folder '{folder}' could not be opened to flush it: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        int result = Flush(descriptor);
        _ = Close(descriptor);
        if (result != 0)
        {
            throw new IOException($"folder '{folder}' could not be flushed");
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, ExactSpelling = true, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Flush(int descriptor);

    [DllImport("libc", EntryPoint = "close", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
