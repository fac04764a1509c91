namespace S2M.Worker.Tests.Processes;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("s2m-worker-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
