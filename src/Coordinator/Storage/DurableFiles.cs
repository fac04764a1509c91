using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace S2M.Coordinator.Storage;

/// <summary>Files that are whole on the disk or absent.</summary>
internal static class DurableFiles
{
    // O_RDONLY | O_CLOEXEC: the same number on x64 and arm64, unlike O_DIRECTORY.
    private const int ReadOnlyNotInherited = 0x80000;
    private const int InvalidArgument = 22;
    private const int NotSupported = 95;

    /// <summary>Writes a new file and flushes its data to the disk.</summary>
    /// <param name="path">Where.</param>
    /// <param name="bytes">What.</param>
    /// <exception cref="IOException">There is no room, or the file is larger than the file system or the process' limit allows.</exception>
    internal static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, preallocationSize: bytes.Length);
        try
        {
            RandomAccess.Write(file, bytes, 0);
        }
        catch (ArgumentOutOfRangeException problem)
        {
            // What the runtime makes of EFBIG, though no argument of ours is at fault.
            throw new IOException($"file '{path}' of {bytes.Length} bytes is too large for its file system or the process' limit", problem);
        }

        RandomAccess.FlushToDisk(file);
    }

    /// <summary>
    /// Flushes a folder's entries, so that a rename outlives a loss of power. Where the system or the file system has no such call the rename is all
    /// there is.
    /// </summary>
    /// <param name="folder">The folder.</param>
    internal static void FlushFolder(string folder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        int descriptor = Open(folder, ReadOnlyNotInherited);
        if (descriptor < 0)
        {
            throw new IOException($"folder '{folder}' could not be opened to flush it: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        int result = Flush(descriptor);
        int problem = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (result != 0 && problem is not (InvalidArgument or NotSupported))
        {
            throw new IOException($"folder '{folder}' could not be flushed: {Marshal.GetPInvokeErrorMessage(problem)}");
        }
    }

    /// <summary>
    /// Flushes every folder above, so that a folder that was just made is found again after a loss of power, whoever made it. One that may not be read
    /// was not made by us and is passed by.
    /// </summary>
    /// <param name="folder">The folder, which exists.</param>
    internal static void FlushAncestors(string folder)
    {
        for (string? above = Path.GetDirectoryName(folder); above is not null; above = Path.GetDirectoryName(above))
        {
            try
            {
                FlushFolder(above);
            }
            catch (IOException)
            {
                return;
            }
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, ExactSpelling = true, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true, ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Flush(int descriptor);

    [DllImport("libc", EntryPoint = "close", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
