using System.Data.Common;
using FluentMigrator.Runner;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using SQLitePCL;

namespace S2M.Coordinator.Storage;

/// <summary>Brings a database up to the schema of this program: the numbered migrations, each in a transaction of its own.</summary>
/// <param name="database">The database.</param>
/// <param name="logger">Is told what was done.</param>
internal sealed partial class Migrator(Database database, ILogger<Migrator> logger)
{
    /// <summary>How long a migration may take, or another coordinator's be waited for.</summary>
    internal static TimeSpan Timeout { get; } = TimeSpan.FromMinutes(1);

    /// <summary>Does what is still to be done; nothing where the database is up to date. Coordinators that start at once go one after the other.</summary>
    /// <exception cref="CoordinatorException">The database is newer than this program.</exception>
    /// <exception cref="StorageException">The database failed.</exception>
    public void Up()
    {
        try
        {
            using IDisposable? turn = database.AwaitMigrationTurn();
            using ServiceProvider services = Describe();
            var runner = services.GetRequiredService<IMigrationRunner>();
            long last = runner.MigrationLoader.LoadMigrations().Keys.Max();
            long before = services.GetRequiredService<IVersionLoader>().VersionInfo.Latest();
            RequireNotNewer(before, last);
            runner.MigrateUp();
            LogSchema(database.Name, before, last);
        }
        catch (Exception problem) when (problem is not CoordinatorException)
        {
            // The library wraps the database's error in its own, which repeats the whole statement.
            Exception cause = problem;
            while (cause is not DbException && cause.InnerException is { } inner)
            {
                cause = inner;
            }

            throw database.Translate("The schema could not be brought up to date", cause is DbException ? cause : problem);
        }
    }

    /// <summary>Changes nothing: looks whether the database has this program's schema.</summary>
    /// <exception cref="CoordinatorException">It has not; the message says what to do.</exception>
    /// <exception cref="StorageException">The database failed.</exception>
    public async Task RequireAsync(CancellationToken cancellationToken)
    {
        await using ServiceProvider services = Describe();
        long last = services.GetRequiredService<IMigrationInformationLoader>().LoadMigrations().Keys.Max();
        long version = await VersionAsync(cancellationToken);
        RequireNotNewer(version, last);
        if (version < last)
        {
            throw new CoordinatorException(
                $"{database.Name}: expected a schema of version {last}, got version {version}, and this process was told not to migrate (--no-migrate). "
                + "Run 'S2M.Coordinator migrate' of this build against the database first, or leave the option out.");
        }
    }

    private async Task<long> VersionAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await database.ReadAsync(
                "The version of the schema could not be read",
                session => session.FindAsync<long?>("""SELECT MAX("Version") FROM "VersionInfo" """, new { }),
                cancellationToken) ?? 0;
        }
        catch (StorageException problem) when (problem.InnerException
            is PostgresException { SqlState: PostgresErrorCodes.UndefinedTable } or SqliteException { SqliteErrorCode: raw.SQLITE_ERROR })
        {
            // Nobody migrated it yet.
            return 0;
        }
    }

    private void RequireNotNewer(long version, long last)
    {
        if (version > last)
        {
            throw new CoordinatorException(
                $"{database.Name}: expected a schema of at most version {last}, got version {version}: a newer program wrote it. Start that program's version, or go back to a "
                + "backup that this version wrote.");
        }
    }

    private ServiceProvider Describe() => new ServiceCollection()
        .AddFluentMigratorCore()
        .ConfigureRunner(runner => database.Target(runner).WithGlobalCommandTimeout(Timeout).ScanIn(typeof(Migrator).Assembly).For.Migrations())
        .BuildServiceProvider();
}
