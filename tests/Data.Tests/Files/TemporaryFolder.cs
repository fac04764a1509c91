namespace S2M.Data.Tests.Files;

/// <summary>A folder that goes with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("s2m-data-").FullName;

    /// <summary>Writes a file below the folder.</summary>
    /// <returns>Its full path.</returns>
    internal string Write(string path, byte[] bytes)
    {
        string full = System.IO.Path.Combine(Path, path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, bytes);
        return full;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
