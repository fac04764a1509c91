using Microsoft.Win32.SafeHandles;
using S2M.Coordinator.Storage;
using S2M.Data;
using S2M.Data.Images.Containers;

namespace S2M.Coordinator.DataSets;

/// <summary>
/// One version on its way in: a file that grows at its end, so that its length says how much is there. Any number of callers may send the same version at
/// once: each run of bytes is taken under a lock, and what is there already is passed by. Safe for concurrent use.
/// </summary>
internal sealed class Upload
{
    private readonly Lock _lock = new();
    private readonly string _sha256;
    private readonly string _partial;
    private readonly string _whole;
    private long _received;
    private bool _hasManifest;

    /// <summary>Finds what is there of a version. What cannot be the start of its content is removed.</summary>
    /// <param name="folder">The store's folder.</param>
    /// <param name="sha256">SHA-256 of the manifest.</param>
    /// <param name="manifestBytes">Bytes of the manifest.</param>
    /// <param name="contentBytes">Bytes of manifest and files.</param>
    /// <exception cref="DataException">The whole content is there and has other sizes.</exception>
    internal Upload(string folder, string sha256, long manifestBytes, long contentBytes)
    {
        _sha256 = sha256;
        _partial = Path.Combine(folder, sha256 + ContentStore.PartialExtension);
        _whole = Path.Combine(folder, sha256 + ContentStore.ContentExtension);
        ManifestBytes = manifestBytes;
        ContentBytes = contentBytes;
        IsWhole = File.Exists(_whole);
        var file = new FileInfo(Location);
        _received = file.Exists ? file.Length : 0;
        try
        {
            TakeManifest();
        }
        catch (DataException) when (!IsWhole)
        {
            Discard();
        }
    }

    /// <summary>Bytes of the manifest.</summary>
    internal long ManifestBytes { get; }

    /// <summary>Bytes of manifest and files.</summary>
    internal long ContentBytes { get; }

    /// <summary>Whether the content is there, verified, under its final name.</summary>
    internal bool IsWhole { get; private set; }

    /// <summary>Where the bytes are.</summary>
    internal string Location => IsWhole ? _whole : _partial;

    /// <summary>Bytes that are there.</summary>
    internal long Received
    {
        get
        {
            lock (_lock)
            {
                return _received;
            }
        }
    }

    /// <summary>Whether the sizes are known to be right: the manifest is there.</summary>
    internal bool HasManifest
    {
        get
        {
            lock (_lock)
            {
                return _hasManifest;
            }
        }
    }

    /// <summary>Takes a run of bytes; the manifest is checked as soon as it is there.</summary>
    /// <param name="offset">The content's bytes before the run's first.</param>
    /// <param name="data">The run.</param>
    /// <returns>Bytes of the content that are there.</returns>
    /// <exception cref="UploadException">The run leaves a gap, goes beyond the content, or cannot be written.</exception>
    /// <exception cref="DataException">The manifest is wrong; all that was received is removed.</exception>
    internal long Write(long offset, ReadOnlySpan<byte> data)
    {
        lock (_lock)
        {
            if (offset > _received)
            {
                throw new UploadException(UploadFault.Gap, $"expected at most the {_received} bytes that are there, got {offset}; go on from there");
            }

            if (data.Length > ContentBytes - offset)
            {
                throw new UploadException(UploadFault.Beyond, $"expected at most {ContentBytes - offset} bytes after {offset}, got {data.Length}; send the content that was begun");
            }

            int known = (int)Math.Min(_received - offset, data.Length);
            if (known < data.Length)
            {
                Append(data[known..]);
            }

            return _received;
        }
    }

    /// <summary>Flushes what was received to the disk.</summary>
    /// <exception cref="UploadException">The disk refuses.</exception>
    internal void Flush()
    {
        try
        {
            using SafeFileHandle file = Open(FileMode.Open);
            RandomAccess.FlushToDisk(file);
        }
        catch (FileNotFoundException)
        {
            // Nothing was received, or another caller's end made it whole or removed it.
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw Refused(problem);
        }
    }

    /// <summary>Gives the verified content its final name, so that it outlives a loss of power.</summary>
    /// <exception cref="UploadException">The disk refuses.</exception>
    internal void Publish()
    {
        Flush();
        lock (_lock)
        {
            try
            {
                File.Move(_partial, _whole, overwrite: true);
                IsWhole = true;
                DurableFiles.FlushFolder(Path.GetDirectoryName(_whole)!);
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                throw Refused(problem);
            }
        }
    }

    /// <summary>Removes all that was received: it is not the content.</summary>
    internal void Discard()
    {
        lock (_lock)
        {
            File.Delete(_partial);
            _received = 0;
            _hasManifest = false;
        }
    }

    private void Append(ReadOnlySpan<byte> data)
    {
        try
        {
            // Opened for one run: between calls nothing is held, and no handle outlives the file's removal.
            using SafeFileHandle file = Open(FileMode.OpenOrCreate);
            RandomAccess.Write(file, data, _received);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            throw Refused(problem);
        }

        _received += data.Length;
        try
        {
            TakeManifest();
        }
        catch (DataException)
        {
            Discard();
            throw;
        }
    }

    private void TakeManifest()
    {
        if (_hasManifest || _received < ManifestBytes)
        {
            return;
        }

        byte[] manifest = new byte[ManifestBytes];
        using (FileStream file = File.OpenRead(Location))
        {
            file.ReadExactly(manifest);
        }

        ContentLayout.Read(manifest, _sha256, ContentBytes, ContainerLimits.Default);
        if (_received > ContentBytes || (IsWhole && _received != ContentBytes))
        {
            throw new DataException($"content: expected {_received} bytes, which are there, got {ContentBytes}; send the size of manifest and files together");
        }

        _hasManifest = true;
    }

    private SafeFileHandle Open(FileMode mode) => File.OpenHandle(_partial, mode, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);

    private UploadException Refused(Exception problem) =>
        new(
            UploadFault.NoRoom,
            $"expected to write {ContentBytes} bytes, of which {_received} are there, got '{problem.Message}'; make room on the coordinator's disk and go on",
            problem);
}
