using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using S2M.Coordinator.Hosting;
using S2M.Data;
using S2M.Data.Images;
using DataSetFiles = S2M.Data.Images.DataSets;

namespace S2M.Coordinator.DataSets;

/// <summary>
/// Contents of data set versions in the folder <c>data-sets</c> of the coordinator's state: <c>SHA256.partial</c> while one arrives,
/// <c>SHA256.content</c> once every file has its hash and every image decodes. Safe for concurrent use.
/// </summary>
internal sealed partial class ContentStore : IHostedService, IDisposable
{
    /// <summary>The extension of what arrives.</summary>
    internal const string PartialExtension = ".partial";

    /// <summary>The extension of what is whole.</summary>
    internal const string ContentExtension = ".content";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Upload> _uploads = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _verifying = new(1);
    private readonly DataSetOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ContentStore> _logger;
    private readonly string _folder;

    /// <summary>Opens the store; the folder is made where it is missing.</summary>
    public ContentStore(IOptions<StateOptions> state, IOptions<DataSetOptions> options, TimeProvider time, ILogger<ContentStore> logger)
    {
        _options = options.Value;
        _time = time;
        _logger = logger;
        _folder = Directory.CreateDirectory(Path.Combine(state.Value.Folder, "data-sets")).FullName;
    }

    /// <summary>Where a version's whole content lies, or will.</summary>
    internal string PathOf(string sha256) => Path.Combine(_folder, sha256 + ContentExtension);

    /// <summary>Begins an upload or goes on with it.</summary>
    /// <param name="sha256">SHA-256 of the manifest.</param>
    /// <param name="manifestBytes">Bytes of the manifest.</param>
    /// <param name="contentBytes">Bytes of manifest and files.</param>
    /// <returns>Bytes of the content that are there.</returns>
    /// <exception cref="DataException">The manifest is there and says other sizes.</exception>
    /// <exception cref="UploadException">The disk has no room for the rest.</exception>
    internal long Begin(string sha256, long manifestBytes, long contentBytes)
    {
        lock (_lock)
        {
            if (_uploads.TryGetValue(sha256, out Upload? known))
            {
                if (known.ManifestBytes == manifestBytes && known.ContentBytes == contentBytes)
                {
                    return Roomy(known).Received;
                }

                if (known.HasManifest)
                {
                    throw new DataException(
                        $"content: expected {known.ManifestBytes} bytes of manifest and {known.ContentBytes} of content, as the manifest that is there says, "
                        + $"got {manifestBytes} and {contentBytes}; send that content's sizes");
                }

                // The sizes were another caller's guess; whoever is right has its manifest accepted.
                known.Discard();
            }

            Upload upload = Roomy(new Upload(_folder, sha256, manifestBytes, contentBytes));
            _uploads[sha256] = upload;
            return upload.Received;
        }
    }

    /// <summary>Takes a run of the content.</summary>
    /// <param name="sha256">SHA-256 of the manifest.</param>
    /// <param name="offset">The content's bytes before the run's first.</param>
    /// <param name="data">The run.</param>
    /// <returns>Bytes of the content that are there.</returns>
    /// <exception cref="UploadException">It was not begun, or the run cannot be taken.</exception>
    /// <exception cref="DataException">The manifest is wrong; all that was received is removed.</exception>
    internal long Write(string sha256, long offset, ReadOnlySpan<byte> data)
    {
        try
        {
            return Find(sha256).Write(offset, data);
        }
        catch (DataException problem)
        {
            Discarded(sha256, problem.Message);
            throw;
        }
    }

    /// <summary>Flushes what was received, so that it outlives a loss of power.</summary>
    /// <exception cref="UploadException">It was not begun, or the disk refuses.</exception>
    internal void Flush(string sha256) => Find(sha256).Flush();

    /// <summary>Verifies a content that is there: every file's hash, every image. Then it has its final name. Again gives the same.</summary>
    /// <param name="name">The data set's name, for messages.</param>
    /// <param name="sha256">SHA-256 of the manifest.</param>
    /// <param name="cancellationToken">Gives up; what was received stays.</param>
    /// <returns>What the content is; not yet in any table.</returns>
    /// <exception cref="UploadException">It was not begun, bytes are missing, or the disk refuses.</exception>
    /// <exception cref="DataException">A file is wrong; the message names it, and all that was received is removed.</exception>
    internal async Task<ContentSummary> CompleteAsync(string name, string sha256, CancellationToken cancellationToken)
    {
        // One at a time: a check keeps all processors busy, and the second of two calls for one version finds it done.
        await _verifying.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => Complete(name, sha256, cancellationToken), cancellationToken);
        }
        finally
        {
            _verifying.Release();
        }
    }

    /// <summary>Removes uploads that nobody went on with for longer than they are kept.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        TimeSpan lifetime = _options.UnfinishedLifetime;
        DateTime oldest = (_time.GetUtcNow() - lifetime).UtcDateTime;
#pragma warning disable RS0030 // Sorted at once.
        string[] paths = [.. Directory.GetFiles(_folder, "*" + PartialExtension).Order(StringComparer.Ordinal)];
#pragma warning restore RS0030
        foreach (string path in paths)
        {
            if (File.GetLastWriteTimeUtc(path) < oldest)
            {
                File.Delete(path);
                Forgotten(path, lifetime);
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>Nothing runs by itself.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _verifying.Dispose();

    private ContentSummary Complete(string name, string sha256, CancellationToken cancellationToken)
    {
        Upload upload = Find(sha256);
        long received = upload.Received;
        if (received < upload.ContentBytes)
        {
            throw new UploadException(UploadFault.Incomplete, $"expected {upload.ContentBytes} bytes of content, got {received}; send the rest");
        }

        try
        {
            using ImageDataSet dataSet = DataSetFiles.OpenContent(name, upload.Location, upload.ManifestBytes, sha256: sha256);
            if (!upload.IsWhole)
            {
                ImageCheck.Run(dataSet, cancellationToken);
                upload.Publish();
            }

            return new ContentSummary(upload.ManifestBytes, upload.ContentBytes, dataSet.ImageCount, dataSet.Classes.Count);
        }
        catch (DataException problem) when (!upload.IsWhole)
        {
            upload.Discard();
            Discarded(sha256, problem.Message);
            throw;
        }
    }

    private Upload Find(string sha256)
    {
        lock (_lock)
        {
            return _uploads.TryGetValue(sha256, out Upload? upload)
                ? upload
                : throw new UploadException(UploadFault.NotBegun, $"expected an upload that was begun, got SHA-256 {sha256}; call BeginUpload, which says where to go on");
        }
    }

    private Upload Roomy(Upload upload)
    {
        long missing = upload.ContentBytes - upload.Received;
        long free = new DriveInfo(_folder).AvailableFreeSpace;
        return missing <= free
            ? upload
            : throw new UploadException(
                UploadFault.NoRoom, $"expected at most the {free} bytes that are free on the coordinator's disk, got {missing} still to come; make room there");
    }
}
