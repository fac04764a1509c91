using S2M.Data;
using S2M.Data.Glyphs;
using S2M.Data.Images;

namespace S2M.Local.Runs;

/// <summary>Data sets as the command line binds them.</summary>
internal static class JobData
{
    /// <summary>Opens a data set.</summary>
    /// <param name="name">The name that the job uses.</param>
    /// <param name="paths">Paths by name.</param>
    /// <exception cref="DataException">It is not bound, or cannot be used.</exception>
    internal static IDataSet Open(string name, IReadOnlyDictionary<string, string> paths)
        => paths.TryGetValue(name, out string? path)
            ? DataSets.Open(name, path)
            : name == GlyphDataSet.DataSetName
                ? new GlyphDataSet()
                : throw new DataException($"data set '{name}': expected a path, got none; give --data {name}=PATH");
}
