namespace S2M.Coordinator.Storage;

/// <summary>
/// Holds a state folder for one process. The operating system holds the lock, not the file's existence: it ends with the process, however that ends, and the
/// file stays.
/// </summary>
internal sealed class StateLock : IDisposable
{
    private const string FileName = "s2m.lock";

    // Who holds the lock, in words: the locked file itself can be read by nobody else.
    private const string OwnerName = "s2m.owner";

    // What a file that another process holds is called: EAGAIN on Linux, EWOULDBLOCK on macOS, a sharing violation on Windows.
    private const int HeldLinux = 11;
    private const int HeldMac = 35;
    private const int HeldWindows = unchecked((int)0x80070020);

    private readonly FileStream _file;

    private StateLock(FileStream file) => _file = file;

    /// <summary>Takes the folder, which is made where it is missing.</summary>
    /// <param name="folder">The state folder.</param>
    /// <exception cref="CoordinatorException">Another process has it, or it cannot be written.</exception>
    internal static StateLock Take(string folder)
    {
        string path = Path.Combine(Path.GetFullPath(folder), FileName);
        try
        {
            Directory.CreateDirectory(folder);
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            try
            {
                File.WriteAllText(OwnerOf(path), $"process {Environment.ProcessId} on {Environment.MachineName}");
                return new StateLock(file);
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (IOException problem) when (problem.HResult is HeldLinux or HeldMac or HeldWindows)
        {
            throw new CoordinatorException(
                $"state folder '{folder}': expected no other coordinator, got one that holds {path} ({Holder(path)}). End it, choose another State:Folder, or use PostgreSQL for "
                + "several coordinators.",
                problem);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CoordinatorException(
                $"state folder '{folder}': expected a folder that can be written, got: {problem.Message} Choose another State:Folder or free it.", problem);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static string OwnerOf(string path) => Path.Combine(Path.GetDirectoryName(path)!, OwnerName);

    private static string Holder(string path)
    {
        try
        {
            return File.ReadAllText(OwnerOf(path));
        }
        catch (IOException)
        {
            return "process unknown";
        }
    }
}
