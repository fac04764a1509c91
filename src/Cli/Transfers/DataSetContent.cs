using S2M.Client.DataSets;
using S2M.Data.Images;

namespace S2M.Cli.Transfers;

/// <summary>A data set of this machine, to be sent.</summary>
/// <param name="set">The data set; not disposed with this.</param>
internal sealed class DataSetContent(ImageDataSet set) : IDataSetContent
{
    /// <inheritdoc/>
    public string Name => set.Name;

    /// <inheritdoc/>
    public string Sha256 => set.Manifest.Sha256;

    /// <inheritdoc/>
    public long ManifestBytes => set.Manifest.CanonicalBytes.Length;

    /// <inheritdoc/>
    public long ContentBytes => ManifestBytes + set.Manifest.TotalLength;

    /// <inheritdoc/>
    public Stream OpenAt(long offset) => set.OpenContent(offset);
}
