namespace S2M.Data.Images.Containers;

/// <summary>A read-only set of files, numbered. Safe for concurrent use.</summary>
internal interface IFileContainer : IDisposable
{
    /// <summary>Where it lies, for messages.</summary>
    string Location { get; }

    /// <summary>The paths of its files (not of its folders), checked by <see cref="EntryPath"/>, in no particular order.</summary>
    IReadOnlyList<string> Paths { get; }

    /// <summary>Reads a whole file.</summary>
    /// <param name="file">Index into <see cref="Paths"/>.</param>
    /// <exception cref="DataException">The file is gone, damaged, or larger than the limits allow.</exception>
    byte[] Read(int file);
}
