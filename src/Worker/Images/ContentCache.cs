using System.Security.Cryptography;
using S2M.Data;
using S2M.Data.Manifests;

namespace S2M.Worker.Images;

/// <summary>
/// Contents of data sets in a folder, <c>SHA.content</c> when whole and checked, <c>SHA.partial</c> before. Several processes may share the folder: whoever
/// writes a partial file holds it alone, and a name only ever means one run of bytes.
/// </summary>
/// <param name="options">Where, and how much.</param>
/// <param name="time">Tells which was used last.</param>
internal sealed class ContentCache(FetchOptions options, TimeProvider time)
{
    private const string Whole = ".content";
    private const string Partial = ".partial";

    // The system's number for a lock that another has, which the runtime hands on as it is.
    private const int WouldBlock = 11;

    private const int BufferBytes = 1 << 16;

    /// <summary>Bytes of the files that are kept now.</summary>
    internal long Bytes => Files().Sum(file => file.Length);

    /// <summary>Where a whole content lies.</summary>
    internal string PathOf(string sha256) => Path.Combine(options.Folder, sha256 + Whole);

    /// <summary>Whether a content is there, whole; it counts as used now.</summary>
    internal bool Touch(string sha256)
    {
        string path = PathOf(sha256);
        if (!File.Exists(path))
        {
            return false;
        }

        File.SetLastWriteTimeUtc(path, time.GetUtcNow().UtcDateTime);
        return true;
    }

    /// <summary>Opens a partial file at its end; null while another process has it.</summary>
    internal FileStream? OpenPartial(string sha256)
    {
        Directory.CreateDirectory(options.Folder);
        try
        {
            var stream = new FileStream(PartialOf(sha256), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, BufferBytes, FileOptions.Asynchronous);
            stream.Seek(0, SeekOrigin.End);
            return stream;
        }
        catch (IOException held) when (held.HResult == WouldBlock)
        {
            return null;
        }
    }

    /// <summary>Removes the least recently used files until so many bytes fit.</summary>
    /// <param name="sha256">What they are for; its own files stay.</param>
    /// <param name="bytes">How many.</param>
    /// <exception cref="WorkerException">They fit at no price.</exception>
    internal void MakeRoom(string sha256, long bytes)
    {
        if (bytes > options.MaximumBytes)
        {
            throw new WorkerException(
                $"cache '{options.Folder}': expected a data set of at most {options.MaximumBytes} bytes, got {bytes} for {sha256}; bind it with --data NAME=PATH");
        }

        FileInfo[] others = [.. Files().Where(file => !file.Name.StartsWith(sha256, StringComparison.Ordinal)).OrderBy(file => file.LastWriteTimeUtc)];
        long kept = others.Sum(file => file.Length);
        foreach (FileInfo file in others.TakeWhile(_ => kept + bytes > options.MaximumBytes))
        {
            // Who has it open keeps it until it is closed.
            kept -= file.Length;
            file.Delete();
        }
    }

    /// <summary>Checks a partial file against its name and its own manifest, and makes it whole.</summary>
    /// <param name="sha256">SHA-256 of the manifest.</param>
    /// <param name="stream">The partial file; closed.</param>
    /// <param name="manifestBytes">Bytes of the manifest.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="DataException">A hash differs: the file is removed, and the message names what differed.</exception>
    internal async Task CompleteAsync(string sha256, FileStream stream, long manifestBytes, CancellationToken cancellationToken)
    {
        await using (stream)
        {
            try
            {
                stream.Seek(0, SeekOrigin.Begin);
                await CheckAsync(sha256, stream, manifestBytes, cancellationToken);
            }
            catch (DataException)
            {
                File.Delete(PartialOf(sha256));
                throw;
            }

            stream.Flush(flushToDisk: true);
            File.Move(PartialOf(sha256), PathOf(sha256), overwrite: true);
        }

        Touch(sha256);
    }

    /// <summary>Removes a partial file that is not needed.</summary>
    internal void Drop(string sha256) => File.Delete(PartialOf(sha256));

    private static async Task CheckAsync(string sha256, FileStream stream, long manifestBytes, CancellationToken cancellationToken)
    {
        byte[] text = new byte[manifestBytes];
        await stream.ReadExactlyAsync(text, cancellationToken);
        string hash = Convert.ToHexStringLower(SHA256.HashData(text));
        if (hash != sha256)
        {
            throw new DataException($"content {sha256}: expected a manifest with this SHA-256, got {hash}; it was damaged on its way, or is not the version asked for");
        }

        var manifest = Manifest.Parse(text);
        if (stream.Length - manifestBytes != manifest.TotalLength)
        {
            throw new DataException($"content {sha256}: expected {manifest.TotalLength} bytes of files behind the manifest, got {stream.Length - manifestBytes}");
        }

        byte[] buffer = new byte[BufferBytes];
        using var incremental = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ManifestEntry entry in manifest.Entries)
        {
            for (long left = entry.Length; left > 0;)
            {
                int read = await stream.ReadAtLeastAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), 1, cancellationToken: cancellationToken);
                incremental.AppendData(buffer.AsSpan(0, read));
                left -= read;
            }

            string got = Convert.ToHexStringLower(incremental.GetHashAndReset());
            if (got != entry.Sha256)
            {
                throw new DataException($"content {sha256}: file '{entry.Path}': expected SHA-256 {entry.Sha256}, got {got}; it was damaged on its way");
            }
        }
    }

    private string PartialOf(string sha256) => Path.Combine(options.Folder, sha256 + Partial);

    private FileInfo[] Files()
    {
        var folder = new DirectoryInfo(options.Folder);
#pragma warning disable RS0030 // The order does not matter: what leaves first is decided by time.
        return folder.Exists ? [.. folder.EnumerateFiles().Where(file => file.Extension is Whole or Partial)] : [];
#pragma warning restore RS0030
    }
}
