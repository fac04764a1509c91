using Microsoft.Extensions.Logging.Abstractions;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Storage;

namespace S2M.Coordinator.Tests.Storage;

public abstract class MigratorTests(TestDatabase database)
{
    private Migrator Migrator { get; } = new(database.Database, NullLogger<Migrator>.Instance);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Up_DatabaseUpToDate_ChangesNothing()
    {
        var store = new JobStore(database.Database);
        JobRecord job = await store.AddAsync(StoredJobs.Describe("kept"), StoredJobs.Noon, Token);
        IReadOnlyList<long> before = await VersionsAsync();

        Migrator.Up();

        (await VersionsAsync()).ShouldBe(before);
        before.ShouldContain(1);
        (await store.FindAsync(job.Job.Id, Token)).ShouldBeEquivalentTo(job);
    }

    [Fact]
    public async Task Up_DatabaseOfANewerProgram_IsRefused()
    {
        await database.Database.WriteAsync("?", session => session.ExecuteAsync("""INSERT INTO "VersionInfo" ("Version") VALUES (999999)""", new { }), Token);
        try
        {
            string problem = Should.Throw<CoordinatorException>(Migrator.Up).Message;

            problem.ShouldContain(database.Database.Name);
            problem.ShouldContain("expected a schema of at most version 2, got version 999999");
            problem.ShouldContain("Start that program's version");
        }
        finally
        {
            await database.Database.WriteAsync("?", session => session.ExecuteAsync("""DELETE FROM "VersionInfo" WHERE "Version" = 999999""", new { }), Token);
        }
    }

    private Task<IReadOnlyList<long>> VersionsAsync()
        => database.Database.ReadAsync("?", session => session.ListAsync<long>("""SELECT "Version" FROM "VersionInfo" ORDER BY 1""", new { }), Token);
}

public sealed class SqliteMigratorTests(SqliteTestDatabase database) : MigratorTests(database), IClassFixture<SqliteTestDatabase>
{
    [Fact]
    public async Task Connection_OfOurs_HasTheSettingsThatDurabilityNeeds()
    {
        (await SettingAsync<string>("journal_mode")).ShouldBe("wal");
        (await SettingAsync<long>("synchronous")).ShouldBe(2, "FULL");
        (await SettingAsync<long>("foreign_keys")).ShouldBe(1);

        Task<T?> SettingAsync<T>(string name)
            => database.Database.ReadAsync("?", session => session.FindAsync<T>($"PRAGMA {name}", new { }), TestContext.Current.CancellationToken);
    }
}

public sealed class PostgreSqlMigratorTests(PostgreSqlTestDatabase database, PostgreSqlServer server) : MigratorTests(database), IClassFixture<PostgreSqlTestDatabase>
{
    [Fact]
    public async Task Up_ManyCoordinatorsAtOnce_MigrateOnce()
    {
        string empty = await server.CreateDatabaseAsync();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            using var own = new PostgreSqlDatabase(empty, TestDatabase.Timeout);
            new Migrator(own, NullLogger<Migrator>.Instance).Up();
        })));

        using var migrated = new PostgreSqlDatabase(empty, TestDatabase.Timeout);
        (await new JobStore(migrated).FindAsync("nobody", TestContext.Current.CancellationToken)).ShouldBeNull();
    }

    [Fact]
    public async Task Schema_EveryText_IsComparedByItsBytes()
    {
        const string Sql = """
            SELECT table_name || '.' || column_name FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name <> 'VersionInfo' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'
            """;

        (await database.Database.ReadAsync("?", session => session.ListAsync<string>(Sql, new { }), TestContext.Current.CancellationToken)).ShouldBeEmpty();
    }
}
