using System.Globalization;
using S2M.Coordinator.Checkpoints;

namespace S2M.Coordinator.Tests.Checkpoints;

/// <summary>Checkpoints as files.</summary>
public sealed class FileCheckpointsTests : CheckpointBlobsTests
{
    [Fact]
    public async Task CheckAsync_FolderThatCannotBeWritten_SaysWhichAndWhatToDo()
    {
        string jobs = Path.GetDirectoryName(Folders.Of("job"))!;
        Directory.Delete(jobs);
        await File.WriteAllTextAsync(jobs, "in the way", Token);

        string message = (await Should.ThrowAsync<CoordinatorException>(() => new FileCheckpoints(Folders).CheckAsync(Token))).Message;

        message.ShouldStartWith($"Checkpoints:Store=files: expected a folder '{jobs}' that this process can write to, got: ");
        message.ShouldEndWith("choose another with --state");
    }

    private protected override Task<ICheckpointBlobs> OpenAsync() => Task.FromResult<ICheckpointBlobs>(new FileCheckpoints(Folders));

    private protected override Task<IReadOnlyList<string>> NamesAsync(CheckpointPlace place)
    {
        string folder = Blobs.Describe(place);
        return Task.FromResult<IReadOnlyList<string>>(
            Directory.Exists(folder) ? [.. Directory.GetFiles(folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)] : []);
    }

    private protected override Task ReplaceAsync(CheckpointPlace place, string name, byte[]? bytes)
    {
        string path = Path.Combine(Blobs.Describe(place), name);
        File.Delete(path);
        return bytes is null ? Task.CompletedTask : File.WriteAllBytesAsync(path, bytes, Token);
    }

    private protected override Task<string> VersionAsync(CheckpointPlace place, string name)
        => Task.FromResult(File.GetLastWriteTimeUtc(Path.Combine(Blobs.Describe(place), name)).Ticks.ToString(CultureInfo.InvariantCulture));
}
