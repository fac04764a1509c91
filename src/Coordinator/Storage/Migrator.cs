using System.Data.Common;
using FluentMigrator.Runner;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

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
            Require(before, last);
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

    private void Require(long version, long last)
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
