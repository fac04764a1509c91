using S2M.Data;
using S2M.Data.Glyphs;
using S2M.Data.Images;
using S2M.Specification;
using DataSetFiles = S2M.Data.Images.DataSets;

namespace S2M.Coordinator.DataSets;

/// <summary>All data sets that a job may name: the built-in one, contents that were sent, and paths that were registered. Safe for concurrent use.</summary>
/// <param name="rows">The registered versions.</param>
/// <param name="contents">Where contents lie.</param>
internal sealed class DataSetLibrary(IDataSetStore rows, ContentStore contents) : IDisposable
{
    private const int FarthestTypo = 3;

    private readonly OpenDataSets _open = new();
    private readonly Lazy<DataSetRecord> _builtIn = new(static () =>
    {
        using var glyphs = new GlyphDataSet();
        return new DataSetRecord(
            glyphs.Name, glyphs.Version[(glyphs.Name.Length + 1)..], 0, 0, glyphs.ImageCount, glyphs.Classes.Count, string.Empty, string.Empty, DateTimeOffset.UnixEpoch);
    });

    /// <summary>The built-in characters.</summary>
    internal DataSetRecord BuiltIn => _builtIn.Value;

    /// <summary>Whether a name is that of the built-in characters.</summary>
    internal static bool IsBuiltIn(string name) => string.Equals(name, GlyphDataSet.DataSetName, StringComparison.Ordinal);

    /// <summary>Versions, the built-in one first, then the newest first.</summary>
    /// <param name="name">Only this name; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task<IReadOnlyList<DataSetRecord>> ListAsync(string? name, CancellationToken cancellationToken) =>
        [.. name is null || IsBuiltIn(name) ? [BuiltIn] : Array.Empty<DataSetRecord>(), .. await rows.ListAsync(name, cancellationToken)];

    /// <summary>A version, or the newest of a name; null where there is none.</summary>
    internal async Task<DataSetRecord?> FindAsync(DataSetName name, CancellationToken cancellationToken)
    {
        if (IsBuiltIn(name.Name))
        {
            return name.Sha256 is null || string.Equals(name.Sha256, BuiltIn.Sha256, StringComparison.Ordinal) ? BuiltIn : null;
        }

        return name.Sha256 is not null
            ? await rows.FindAsync(name.Name, name.Sha256, cancellationToken)
            : await rows.ListAsync(name.Name, cancellationToken) is [var newest, ..] ? newest : null;
    }

    /// <summary>A version by its hash, whatever its name; null where there is none.</summary>
    internal async Task<DataSetRecord?> FindByHashAsync(string sha256, CancellationToken cancellationToken) =>
        (await ListAsync(null, cancellationToken)).FirstOrDefault(record => string.Equals(record.Sha256, sha256, StringComparison.Ordinal));

    /// <summary>What to tell somebody whose data set is unknown.</summary>
    internal async Task<string> DescribeUnknownAsync(DataSetName name, CancellationToken cancellationToken)
    {
        string[] known = [.. (await ListAsync(null, cancellationToken)).Select(static record => record.Name).Distinct(StringComparer.Ordinal)];
        if (name.Sha256 is not null && known.Contains(name.Name, StringComparer.Ordinal))
        {
            DataSetRecord newest = (await FindAsync(name with { Sha256 = null }, cancellationToken))!;
            return $"data set '{name.Name}': expected a registered version, got {name.Sha256}; the newest is {newest.Version}";
        }

        string nearest = known.MinBy(other => EditDistance.Between(other, name.Name))!;
        string hint = EditDistance.Between(nearest, name.Name) <= Math.Min(FarthestTypo, nearest.Length - 1) ? $"did you mean '{nearest}'? Otherwise add it" : "add it";
        return $"data set '{name.Name}': expected one that is registered, got an unknown name; {hint} with 's2m data add {name.Name} PATH'";
    }

    /// <summary>The version that a job's data set name stands for.</summary>
    /// <param name="nameOrVersion"><c>name</c> for the newest, or <c>name@sha256</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DataException">It is no name or is unknown; the message has the nearest name and the remedy.</exception>
    internal async Task<DataSetRecord> ResolveAsync(string nameOrVersion, CancellationToken cancellationToken)
    {
        if (!DataSetName.TryParse(nameOrVersion, out DataSetName? name))
        {
            string shown = nameOrVersion.Length > 2 * Names.Longest ? nameOrVersion[..Names.Longest] + "..." : nameOrVersion;
            throw new DataException($"data set: expected a name ({Names.Rule}), with '@' and the SHA-256 for one version, got '{shown}'; see 's2m data list'");
        }

        return await FindAsync(name, cancellationToken) ?? throw new DataException(await DescribeUnknownAsync(name, cancellationToken));
    }

    /// <summary>Opens a version, shared with all that use it.</summary>
    /// <param name="version"><c>name@sha256</c>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The data set; dispose it after use.</returns>
    /// <exception cref="DataException">It is unknown, cannot be read, or what lies at its path is another version now.</exception>
    internal async Task<DataSetLease> OpenAsync(string version, CancellationToken cancellationToken)
    {
        DataSetRecord record = await ResolveAsync(version, cancellationToken);
        return await _open.OpenAsync($"{record.Version} {record.Path}", () => Open(record), cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _open.Dispose();

    private IDataSet Open(DataSetRecord record)
    {
        if (IsBuiltIn(record.Name))
        {
            return new GlyphDataSet();
        }

        if (record.Path.Length == 0)
        {
            return DataSetFiles.OpenContent(record.Name, contents.PathOf(record.Sha256), record.ManifestBytes, sha256: record.Sha256);
        }

        ImageDataSet dataSet = DataSetFiles.Open(record.Name, record.Path);
        if (string.Equals(dataSet.Version, record.Version, StringComparison.Ordinal))
        {
            return dataSet;
        }

        string found = dataSet.Version;
        dataSet.Dispose();
        throw new DataException(
            $"data set '{record.Name}' at '{record.Path}': expected {record.Version}, got {found}; the files changed: restore them, or register them as a new version");
    }
}
