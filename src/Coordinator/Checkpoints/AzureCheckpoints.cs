using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace S2M.Coordinator.Checkpoints;

/// <summary>Jobs' checkpoints as blobs of an Azure container, <c>PREFIX/JOB/EPOCH/step-000200/NAME</c>.</summary>
internal sealed class AzureCheckpoints : ICheckpointBlobs
{
    private const int BlockBytes = 4 << 20;
    private const int BlocksAtATime = 4;
    private const string Probe = "probe";

    private readonly BlobContainerClient _container;
    private readonly string _prefix;
    private readonly AzureCalls _calls;

    /// <summary>Names the container; nothing is asked yet.</summary>
    /// <param name="options">Which one.</param>
    /// <exception cref="CoordinatorException">The connection string is none.</exception>
    internal AzureCheckpoints(CheckpointOptions options)
    {
        _calls = new AzureCalls(options);
        _prefix = options.Prefix.Length > 0 ? options.Prefix + "/" : string.Empty;
        try
        {
            _container = new BlobContainerClient(options.ConnectionString, options.Container, _calls.Describe());
        }
        catch (Exception problem) when (problem is FormatException or ArgumentException or UriFormatException)
        {
#pragma warning disable MA0054 // Neither the text nor what the parser says of it: both can hold the key.
            throw new CoordinatorException(
                "Checkpoints:ConnectionString: expected 'DefaultEndpointsProtocol=...;AccountName=...;AccountKey=...', got another text; copy it from the storage account");
#pragma warning restore MA0054
        }
    }

    /// <inheritdoc/>
    public string Describe(CheckpointPlace place) => $"{_container.Name}/{_prefix}{place}";

    /// <inheritdoc/>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        const string Failure = "Checkpoints:Store=azure: expected a container that this process can write to";
        await _calls.RunAsync(
            Failure,
            async () =>
            {
                if (!await _container.ExistsAsync(cancellationToken))
                {
                    await _container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
                }

                BlobClient probe = _container.GetBlobClient(_prefix + Probe);
                await UploadAsync(probe, [0], conditions: null, cancellationToken);
                return await probe.DeleteIfExistsAsync(cancellationToken: cancellationToken);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task WriteAsync(CheckpointPlace place, CheckpointContent content, Action<string> warn)
    {
        string failure = $"checkpoint '{Describe(place)}' could not be written ({content.Bytes} bytes)";
        try
        {
            await WriteAllAsync(place, content, failure);
        }
        catch (IOException problem)
        {
            throw new CoordinatorException($"{problem.Message}. Checkpoints before it are kept: see who else writes to this container, then resume.", problem);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<CheckpointPlace>> PlacesAsync(string jobId)
    {
        string folder = $"{_prefix}{jobId}/";
        HashSet<CheckpointPlace> places = await _calls.RunAsync(
            $"checkpoints below '{_container.Name}/{folder}' could not be listed",
            async () =>
            {
                var found = new HashSet<CheckpointPlace>();
                await foreach (BlobItem item in _container.GetBlobsAsync(new GetBlobsOptions { Prefix = folder }))
                {
                    if (CheckpointPlace.Parse(item.Name[_prefix.Length..item.Name.LastIndexOf('/')]) is { } place)
                    {
                        found.Add(place);
                    }
                }

                return found;
            },
            CancellationToken.None);
        return [.. places.OrderBy(place => place.Epoch).ThenBy(place => place.Step)];
    }

    /// <inheritdoc/>
    public Task<IStoredObject> OpenAsync(CheckpointPlace place, string name, CancellationToken cancellationToken)
    {
        BlobClient blob = BlobOf(place, name);
        return _calls.RunAsync<IStoredObject>(
            $"blob '{blob.Name}' could not be read",
            async () => new StoredBlob(blob, await blob.GetPropertiesAsync(cancellationToken: cancellationToken), _calls),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task RemoveAsync(CheckpointPlace place) => _calls.RunAsync(
        $"checkpoint '{Describe(place)}' could not be removed",
        async () =>
        {
            await BlobOf(place, CheckpointContent.ManifestName).DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots);
            await foreach (BlobItem item in _container.GetBlobsAsync(new GetBlobsOptions { Prefix = $"{_prefix}{place}/" }))
            {
                await _container.DeleteBlobIfExistsAsync(item.Name, DeleteSnapshotsOption.IncludeSnapshots);
            }

            return true;
        },
        CancellationToken.None);

    private async Task WriteAllAsync(CheckpointPlace place, CheckpointContent content, string failure)
    {
        BlobClient manifest = BlobOf(place, CheckpointContent.ManifestName);
        ETag? before = await VersionAsync(manifest, failure);

        // As with files: the same step written again exchanges the manifest alone, and over a damaged one the manifest goes first.
        if (before is null || !await AreThereAsync(place, content))
        {
            if (before is not null)
            {
                await _calls.RunAsync(failure, () => manifest.DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots), CancellationToken.None);
                before = null;
            }

            foreach ((string name, byte[] bytes) in content.Files)
            {
                await _calls.RunAsync(failure, () => UploadAsync(BlobOf(place, name), bytes, conditions: null, CancellationToken.None), CancellationToken.None);
            }
        }

        // A place has one writer; where there is another one after all, its manifest is not written over.
        BlobRequestConditions conditions = before is { } version ? new() { IfMatch = version } : new() { IfNoneMatch = ETag.All };
        await _calls.RunAsync(failure, () => WriteManifestAsync(place, manifest, content.Manifest, conditions), CancellationToken.None);
    }

    private async Task<bool> WriteManifestAsync(CheckpointPlace place, BlobClient manifest, byte[] bytes, BlobRequestConditions conditions)
    {
        try
        {
            await UploadAsync(manifest, bytes, conditions, CancellationToken.None);
        }
        catch (RequestFailedException problem) when (AzureCalls.IsRefusedByCondition(problem))
        {
            // An attempt whose answer was lost may have written it: then it is ours.
            if (!await IsThereAsync(place, CheckpointContent.ManifestName, bytes))
            {
                throw;
            }
        }

        return true;
    }

    private async Task<ETag?> VersionAsync(BlobClient blob, string failure)
    {
        try
        {
            return await _calls.RunAsync<ETag?>(failure, async () => (await blob.GetPropertiesAsync()).Value.ETag, CancellationToken.None);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private async Task<bool> AreThereAsync(CheckpointPlace place, CheckpointContent content)
    {
        foreach ((string name, byte[] bytes) in content.Files)
        {
            if (!await IsThereAsync(place, name, bytes))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a blob of these bytes is there already.</summary>
    private async Task<bool> IsThereAsync(CheckpointPlace place, string name, byte[] bytes)
    {
        try
        {
            return (await this.ReadAsync(place, name, CancellationToken.None)).AsSpan().SequenceEqual(bytes);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Uploads in blocks whose MD5 the store checks; the blob is what it was until the last one is there.</summary>
    private static Task<Response<BlobContentInfo>> UploadAsync(BlobClient blob, byte[] bytes, BlobRequestConditions? conditions, CancellationToken cancellationToken)
        => blob.UploadAsync(
            new MemoryStream(bytes, writable: false),
            new BlobUploadOptions
            {
                Conditions = conditions,
                TransferOptions = new StorageTransferOptions { InitialTransferSize = BlockBytes, MaximumTransferSize = BlockBytes, MaximumConcurrency = BlocksAtATime },
                TransferValidation = new UploadTransferValidationOptions { ChecksumAlgorithm = StorageChecksumAlgorithm.MD5 },
            },
            cancellationToken);

    private BlobClient BlobOf(CheckpointPlace place, string name) => _container.GetBlobClient($"{_prefix}{place}/{name}");
}
