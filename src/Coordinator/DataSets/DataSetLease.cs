using S2M.Data.Catalogs;
using S2M.Data.Images;

namespace S2M.Coordinator.DataSets;

/// <summary>An open data set that others may use too. It stays open until this is disposed.</summary>
/// <param name="dataSet">The data set.</param>
/// <param name="release">Is called once.</param>
internal sealed class DataSetLease(IDataSet dataSet, Action release) : IDataSet
{
    private int _released;

    /// <summary>The data set as files; null for one that is drawn by a procedure.</summary>
    internal ImageDataSet? Files => dataSet as ImageDataSet;

    /// <inheritdoc/>
    public string Name => dataSet.Name;

    /// <inheritdoc/>
    public string Version => dataSet.Version;

    /// <inheritdoc/>
    public IReadOnlyList<ImageClass> Classes => dataSet.Classes;

    /// <inheritdoc/>
    public int ImageCount => dataSet.ImageCount;

    /// <inheritdoc/>
    public FurtherImages? Further => dataSet.Further;

    /// <inheritdoc/>
    public string PathOf(int image) => dataSet.PathOf(image);

    /// <inheritdoc/>
    public string HashOf(int image) => dataSet.HashOf(image);

    /// <inheritdoc/>
    public void Decode(int image, ImageFormat format, Span<byte> pixels) => dataSet.Decode(image, format, pixels);

    /// <summary>Gives it back; the data set is closed when nobody needs it.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            release();
        }
    }
}
