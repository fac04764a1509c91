using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace S2M.Coordinator.Checkpoints;

/// <summary>A blob that is read range by range, as long as it is the one that was opened.</summary>
/// <param name="blob">The blob.</param>
/// <param name="properties">Its length and version.</param>
/// <param name="calls">Makes calls.</param>
internal sealed class StoredBlob(BlobClient blob, BlobProperties properties, AzureCalls calls) : IStoredObject
{
    // A request may take so long, however large the blob is.
    private const int LongestRange = 4 << 20;

    /// <inheritdoc/>
    public long Length => properties.ContentLength;

    /// <inheritdoc/>
    public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int count = (int)Math.Min(Math.Min(buffer.Length, LongestRange), Length - offset);
        if (count <= 0)
        {
            return 0;
        }

        var range = new BlobDownloadOptions { Range = new HttpRange(offset, count), Conditions = new BlobRequestConditions { IfMatch = properties.ETag } };
        return await calls.RunAsync(
            $"blob '{blob.Name}' could not be read",
            async () =>
            {
                BlobDownloadStreamingResult answer = await blob.DownloadStreamingAsync(range, cancellationToken);
                await using Stream content = answer.Content;
                await content.ReadExactlyAsync(buffer[..count], cancellationToken);
                return count;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
