using S2M.Data;
using S2M.Data.Images;

namespace S2M.Worker.Images;

/// <summary>A data set and what has been decoded of it. Disposing it disposes the data set.</summary>
internal sealed class OpenDataSet(IDataSet dataSet) : IAsyncDisposable
{
    private readonly Dictionary<ImageFormat, Task> _ahead = [];
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();

    /// <summary>The data set.</summary>
    internal IDataSet DataSet { get; } = dataSet;

    /// <summary>Its decoded images.</summary>
    internal DecodedImages Images { get; } = new(dataSet, OpenDataSets.DecodedBytes);

    /// <summary>Decodes all images beside the training thread, once, if all of them can be kept: it would wait for each the first time that it is drawn.</summary>
    /// <param name="format">What to decode to.</param>
    /// <returns>Ends when all are decoded, or the data set is closed.</returns>
    internal Task DecodeAhead(ImageFormat format)
    {
        lock (_lock)
        {
            if (!_ahead.TryGetValue(format, out Task? decoding))
            {
                bool fits = (long)DataSet.ImageCount * format.PixelCount <= OpenDataSets.DecodedBytes;
                _ahead[format] = decoding = fits ? Task.Run(() => DecodeAll(format, _end.Token), CancellationToken.None) : Task.CompletedTask;
            }

            return decoding;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        Task[] decoding;
        lock (_lock)
        {
            decoding = [.. _ahead.Values];
        }

        // Whatever else went wrong in one, the share that needs its images meets it too.
        await Task.WhenAll(decoding).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        DataSet.Dispose();
        _end.Dispose();
    }

    private void DecodeAll(ImageFormat format, CancellationToken end)
    {
        try
        {
            for (int image = 0; image < DataSet.ImageCount && !end.IsCancellationRequested; image++)
            {
                Images.Get(image, format);
            }
        }
        catch (DataException)
        {
            // The share that needs the image says so.
        }
    }
}
