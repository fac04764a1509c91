using S2M.Client.DataSets;
using S2M.Data.Images;

namespace S2M.Cli.Transfers;

/// <summary>A data set of this machine, to be sent.</summary>
internal sealed class DataSetContent : IDataSetContent
{
    private readonly ImageDataSet _set;
    private readonly long[] _starts;

    /// <summary>Describes a data set.</summary>
    /// <param name="set">The data set; not disposed with this.</param>
    internal DataSetContent(ImageDataSet set)
    {
        _set = set;
        _starts = new long[set.Manifest.Entries.Count + 1];
        _starts[0] = set.Manifest.CanonicalBytes.Length;
        for (int file = 0; file < set.Manifest.Entries.Count; file++)
        {
            _starts[file + 1] = _starts[file] + set.Manifest.Entries[file].Length;
        }
    }

    /// <inheritdoc/>
    public string Name => _set.Name;

    /// <inheritdoc/>
    public string Sha256 => _set.Manifest.Sha256;

    /// <inheritdoc/>
    public long ManifestBytes => _starts[0];

    /// <inheritdoc/>
    public long ContentBytes => _starts[^1];

    /// <inheritdoc/>
    public Stream OpenAt(long offset) => new ContentStream(_set, _starts) { Position = offset };
}
