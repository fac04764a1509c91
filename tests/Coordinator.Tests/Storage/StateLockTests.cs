using System.Diagnostics;
using S2M.Coordinator.Storage;
using S2M.Numerics.Tests;

namespace S2M.Coordinator.Tests.Storage;

public sealed class StateLockTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("s2m-lock-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Take_AnotherProcessHoldsIt_IsRefusedUntilThatIsKilled()
    {
        ProcessStartInfo start = ChildProcess.Describe([], "hold", _folder);
        start.RedirectStandardInput = true;
        using Process other = Process.Start(start)!;
        string? line = await other.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        line.ShouldBe(LockChild.Held, line is null ? await other.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken) : null);

        string problem = Should.Throw<CoordinatorException>(() => StateLock.Take(_folder)).Message;
        problem.ShouldContain($"state folder '{_folder}': expected no other coordinator, got one that holds {Path.Combine(_folder, "s2m.lock")}");
        problem.ShouldContain($"process {other.Id} on {Environment.MachineName}");
        problem.ShouldContain("End it, choose another State:Folder");

        other.Kill();
        await other.WaitForExitAsync(TestContext.Current.CancellationToken);
        StateLock.Take(_folder).Dispose();
    }

    [Fact]
    public void SqliteDatabase_SecondOnTheSameFolder_IsRefusedUntilTheFirstIsDisposed()
    {
        string folder = Path.Combine(_folder, "made", "when", "missing");
        var first = new SqliteDatabase(folder, TestDatabase.Timeout);

        Should.Throw<CoordinatorException>(() => new SqliteDatabase(folder, TestDatabase.Timeout)).Message.ShouldContain("expected no other coordinator");

        first.Dispose();
        new SqliteDatabase(folder, TestDatabase.Timeout).Dispose();
    }

    [Fact]
    public void Take_FolderIsAFile_SaysSo()
    {
        string path = Path.Combine(_folder, "file");
        File.WriteAllText(path, string.Empty);

        string problem = Should.Throw<CoordinatorException>(() => StateLock.Take(path)).Message;

        problem.ShouldContain($"state folder '{path}': expected a folder that can be written, got: ");
        problem.ShouldContain("Choose another State:Folder");
    }
}
