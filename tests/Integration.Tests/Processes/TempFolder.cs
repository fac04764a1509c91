namespace S2M.Integration.Tests.Processes;

/// <summary>A folder that goes when the test does.</summary>
public sealed class TempFolder : IDisposable
{
    public string Location { get; } = Directory.CreateTempSubdirectory("s2m-integration-").FullName;

    public string this[string name] => Path.Combine(Location, name);

    public void Dispose() => Directory.Delete(Location, recursive: true);
}
