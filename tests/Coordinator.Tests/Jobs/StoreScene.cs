using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.Hosting;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Storage;
using S2M.Coordinator.Tests.Storage;

namespace S2M.Coordinator.Tests.Jobs;

/// <summary>A state folder with a real SQLite database.</summary>
internal sealed class StoreScene : IDisposable
{
    private readonly SqliteDatabase _database;
    private readonly List<JobWaits> _waits = [];

    internal StoreScene()
    {
        _database = new SqliteDatabase(Folder, TimeSpan.FromMinutes(1));
        new Migrator(_database, NullLogger<Migrator>.Instance).Up();
        Store = new JobStore(_database);
        History = new JobHistory(_database);
        Folders = new JobFolders(Options.Create(new StateOptions { Folder = Folder }));
        Checkpoints = new FileCheckpoints(Folders);
    }

    internal string Folder { get; } = Directory.CreateTempSubdirectory("s2m-jobs-").FullName;

    internal JobStore Store { get; }

    internal JobHistory History { get; }

    internal JobFolders Folders { get; }

    internal FileCheckpoints Checkpoints { get; }

    internal JobWaits Waits(string id, long epoch)
    {
        var waits = new JobWaits(id, epoch, Store, TimeProvider.System);
        _waits.Add(waits);
        return waits;
    }

    internal Task<string> BeginAsync(string name = "job") => Store.BeginAsync(name);

    public void Dispose()
    {
        _waits.ForEach(waits => waits.Dispose());
        _database.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
