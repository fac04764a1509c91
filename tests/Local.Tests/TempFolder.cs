namespace S2M.Local.Tests;

/// <summary>A folder that goes when the test does.</summary>
public sealed class TempFolder : IDisposable
{
    public string Location { get; } = Directory.CreateTempSubdirectory("s2m-local-tests-").FullName;

    public string this[string name] => Path.Combine(Location, name);

    /// <summary>Copies a folder with all below it to a new name.</summary>
    public string CopyOf(string source, string name)
    {
        string target = this[name];
        Directory.CreateDirectory(target);
        foreach (string folder in Directory.EnumerateDirectories(source, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(Path.Combine(target, Path.GetRelativePath(source, folder)));
        }

        foreach (string file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, Path.Combine(target, Path.GetRelativePath(source, file)));
        }

        return target;
    }

    public void Dispose() => Directory.Delete(Location, recursive: true);
}
