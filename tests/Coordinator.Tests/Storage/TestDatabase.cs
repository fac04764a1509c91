using Microsoft.Extensions.Logging.Abstractions;
using S2M.Coordinator.Storage;

namespace S2M.Coordinator.Tests.Storage;

/// <summary>A database with our schema, one for each test class; its tests use jobs and names of their own.</summary>
public abstract class TestDatabase : IAsyncLifetime
{
    /// <summary>How long a command may take here: long enough for a busy machine.</summary>
    internal static TimeSpan Timeout { get; } = TimeSpan.FromMinutes(1);

    private Database? _database;
    private Exception? _problem;

    /// <summary>The database; the asking test is skipped where there can be none.</summary>
    internal Database Database => _database ?? throw _problem!;

    public async ValueTask InitializeAsync()
    {
        try
        {
            _database = await OpenAsync();
            new Migrator(_database, NullLogger<Migrator>.Instance).Up();
        }
        catch (Exception problem)
        {
            // Thrown here it would fail the tests that are to be skipped.
            _problem = problem;
        }
    }

    public virtual ValueTask DisposeAsync()
    {
        _database?.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Opens an empty database.</summary>
    private protected abstract Task<Database> OpenAsync();
}

/// <summary>A file of SQLite.</summary>
public sealed class SqliteTestDatabase : TestDatabase
{
    private readonly string _folder = Directory.CreateTempSubdirectory("s2m-storage-").FullName;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private protected override Task<Database> OpenAsync() => Task.FromResult<Database>(new SqliteDatabase(_folder, Timeout));
}

/// <summary>A database of a real PostgreSQL server.</summary>
public sealed class PostgreSqlTestDatabase(PostgreSqlServer server) : TestDatabase
{
    private protected override async Task<Database> OpenAsync() => new PostgreSqlDatabase(await server.CreateDatabaseAsync(), Timeout);
}
