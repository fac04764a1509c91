using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using S2M.Coordinator.Storage;

namespace S2M.Coordinator.Tests.Storage;

/// <summary>Databases that hang, are full, damaged or not there.</summary>
public sealed class DatabaseFaultTests(PostgreSqlServer server) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("s2m-faults-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task PostgreSql_TableIsLocked_FailsWithinTheTimeoutAndLeavesNothing()
    {
        string connectionString = await server.CreateDatabaseAsync();
        using PostgreSqlDatabase patient = Migrated(new PostgreSqlDatabase(connectionString, TestDatabase.Timeout));
        using var database = new PostgreSqlDatabase(connectionString, TimeSpan.FromSeconds(1));
        var store = new JobStore(database);
        await using var other = new NpgsqlConnection(connectionString);
        await other.OpenAsync(Token);
        await using NpgsqlTransaction transaction = await other.BeginTransactionAsync(Token);
        await new NpgsqlCommand("LOCK TABLE jobs", other).ExecuteNonQueryAsync(Token);

        // Without a limit this would wait for ever.
        StorageException write = await Should.ThrowAsync<StorageException>(() => store.AddAsync(StoredJobs.Describe("locked"), StoredJobs.Noon, Token));
        StorageException read = await Should.ThrowAsync<StorageException>(() => store.FindAsync("locked", Token));

        write.Message.ShouldStartWith("Job 'locked-0123456789ab' could not be stored. PostgreSQL database 'test_");
        write.Message.ShouldContain("it did not answer within 1 s (Storage:CommandTimeout)");
        read.Message.ShouldContain("could not be read");
        (write.IsTransient, read.IsTransient).ShouldBe((true, true));
        write.InnerException.ShouldNotBeNull();
        await transaction.RollbackAsync(Token);
        await new JobStore(patient).AddAsync(StoredJobs.Describe("locked"), StoredJobs.Noon.AddSeconds(1), Token);
        (await new JobStore(patient).FindAsync("locked-0123456789ab", Token)).ShouldNotBeNull().SubmittedAt.ShouldBe(StoredJobs.Noon.AddSeconds(1));
    }

    [Fact]
    public async Task PostgreSql_ServerCutsConnections_IsTransientAndWorksAgainLater()
    {
        string connectionString = await server.CreateDatabaseAsync();
        using PostgreSqlDatabase database = Migrated(new PostgreSqlDatabase(connectionString, TestDatabase.Timeout));
        var store = new JobStore(database);

        StorageException problem = await Should.ThrowAsync<StorageException>(
            () => database.WriteAsync("Nothing could be done", session => session.ExecuteAsync("SELECT pg_terminate_backend(pg_backend_pid())", new { }), Token));

        problem.IsTransient.ShouldBeTrue(problem.Message);
        (await store.FindAsync("nobody", Token)).ShouldBeNull();
    }

    [Fact]
    public async Task PostgreSql_NoServer_SaysThatItCannotBeReachedAndKeepsThePassword()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs sockets in folders");
        string connectionString = $"Host={_folder};Database=s2m;Username=ada;Password=topsecret";
        using var database = new PostgreSqlDatabase(connectionString, TestDatabase.Timeout);

        StorageException call = await Should.ThrowAsync<StorageException>(() => new JobStore(database).FindAsync("any", Token));
        StorageException start = Should.Throw<StorageException>(() => Migrated(database));

        call.Message.ShouldStartWith($"Job 'any' could not be read. PostgreSQL database 's2m' at {_folder}:5432: it cannot be reached (");
        start.Message.ShouldStartWith("The schema could not be brought up to date. PostgreSQL database 's2m'");
        (call.IsTransient, start.IsTransient).ShouldBe((true, true));
        (call.Message + start.Message).ShouldNotContain("topsecret");
    }

    [Fact]
    public async Task PostgreSql_NoSuchDatabase_SaysSo()
    {
        string connectionString = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync()) { Database = "missing" }.ConnectionString;
        using var database = new PostgreSqlDatabase(connectionString, TestDatabase.Timeout);

        StorageException problem = await Should.ThrowAsync<StorageException>(() => new JobStore(database).FindAsync("any", Token));

        problem.Message.ShouldContain("there is no such database");
        problem.IsTransient.ShouldBeFalse();
    }

    [Fact]
    public void PostgreSql_TextOfAnotherForm_IsRefusedWithoutRepeatingIt()
    {
        string problem = Should.Throw<CoordinatorException>(() => new PostgreSqlDatabase("postgres://ada:topsecret@host/s2m", TestDatabase.Timeout)).Message;

        problem.ShouldContain("Storage:ConnectionString: expected 'Host=");
        problem.ShouldNotContain("topsecret");
    }

    [Fact]
    public async Task Sqlite_AnotherProgramWrites_FailsWithinTheTimeoutWhileReadsGoOn()
    {
        // Longer than anything here takes on a busy machine; the locked write waits for all of it.
        using SqliteDatabase database = Migrated(new SqliteDatabase(_folder, TimeSpan.FromSeconds(5)));
        var store = new JobStore(database);
        await store.AddAsync(StoredJobs.Describe("there"), StoredJobs.Noon, Token);
        using var other = new SqliteConnection($"Data Source={database.Path};Pooling=False");
        other.Open();
        using SqliteTransaction transaction = other.BeginTransaction(deferred: false);

        StorageException problem = await Should.ThrowAsync<StorageException>(() => store.AddAsync(StoredJobs.Describe("locked"), StoredJobs.Noon, Token));

        problem.Message.ShouldBe($"Job 'locked-0123456789ab' could not be stored. Database '{database.Path}': another program holds the file for writing. End it, then try again.");
        problem.IsTransient.ShouldBeTrue();
        (await store.FindAsync("there-0123456789ab", Token)).ShouldNotBeNull();
        transaction.Rollback();
        await store.AddAsync(StoredJobs.Describe("locked"), StoredJobs.Noon, Token);
    }

    [Fact]
    public async Task Sqlite_NoRoom_SaysSoAndKeepsWhatWasWritten()
    {
        using SqliteDatabase database = Migrated(new SqliteDatabase(_folder, TestDatabase.Timeout));
        var store = new JobStore(database);
        await store.AddAsync(StoredJobs.Describe("before"), StoredJobs.Noon, Token);

        // The file may not grow, in this transaction's connection.
        StorageException problem = await Should.ThrowAsync<StorageException>(() => database.WriteAsync(
            "Requests could not be stored",
            async session =>
            {
                await session.ExecuteAsync("PRAGMA max_page_count = 1", new { });
                return await session.ExecuteAsync(
                    "INSERT INTO requests (request_id, method, subject, requested_at) VALUES (@id, '', @text, 0)",
                    Enumerable.Range(0, 100).Select(id => new { id = $"{id}", text = new string('x', 10_000) }).ToArray());
            },
            Token));

        problem.Message.ShouldEndWith("its disk is full. Free space; what was written before is kept.");
        problem.IsTransient.ShouldBeTrue();
        (await new RequestLog(database).FindAsync("0", Token)).ShouldBeNull("all or nothing");
        (await store.FindAsync("before-0123456789ab", Token)).ShouldNotBeNull();
    }

    [Fact]
    public void Sqlite_DamagedFile_SaysSo()
    {
        using var database = new SqliteDatabase(_folder, TestDatabase.Timeout);
        File.WriteAllText(database.Path, new string('x', 10_000));

        StorageException problem = Should.Throw<StorageException>(() => Migrated(database));

        problem.Message.ShouldContain("the file is damaged");
        problem.IsTransient.ShouldBeFalse();
    }

    [Fact]
    public async Task AnyDatabase_CallerGivesUp_IsACancellationAndNoFault()
    {
        using SqliteDatabase database = Migrated(new SqliteDatabase(_folder, TestDatabase.Timeout));
        using var source = new CancellationTokenSource();

        OperationCanceledException problem = await Should.ThrowAsync<OperationCanceledException>(() => database.WriteAsync(
            "?",
            async session =>
            {
                await source.CancelAsync();
                return await session.ExecuteAsync("DELETE FROM requests", new { });
            },
            source.Token));

        problem.CancellationToken.ShouldBe(source.Token);
        await new RequestLog(database).AddAsync("after", "m", "s", StoredJobs.Noon, Token);
    }

    private static T Migrated<T>(T database)
        where T : Database
    {
        new Migrator(database, NullLogger<Migrator>.Instance).Up();
        return database;
    }
}
