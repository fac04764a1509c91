using S2M.Coordinator.Tests.Storage;
using S2M.Integration.Tests.Processes;

namespace S2M.Integration.Tests;

/// <summary>The schema by a command of its own, before a process serves.</summary>
public sealed class MigrateCommandTests(PostgreSqlServer server)
{
    [Fact]
    public async Task Migrate_PostgreSql_AtOnceAndAgain_EachEndsWithTheNewestSchema()
    {
        string connection = await server.CreateDatabaseAsync();

        Finished[] atOnce = await Task.WhenAll(RunAsync(connection, "migrate"), RunAsync(connection, "migrate"));
        Finished again = await RunAsync(connection, "migrate");

        atOnce.ShouldAllBe(finished => finished.ExitCode == 0, string.Join('\n', atOnce.Select(finished => finished.Errors)));
        again.ExitCode.ShouldBe(0, again.Errors);
        again.Errors.ShouldContain("schema was at version 2, is at version 2");
        again.Output.ShouldBeEmpty("it serves nothing");
    }

    [Fact]
    public async Task NoMigrate_SchemaIsMissing_RefusesAndServesOnceItIsThere()
    {
        string connection = await server.CreateDatabaseAsync();
        Finished refused = await RunAsync(connection, "--no-migrate", "--listen", "127.0.0.1:0");

        await RunAsync(connection, "migrate");
        await using ProgramProcess serving = Start(connection, "--no-migrate", "--listen", "127.0.0.1:0");
        await serving.ListensAsync();

        refused.ExitCode.ShouldBe(1);
        refused.Errors.ShouldContain("expected a schema of version 2, got version 0, and this process was told not to migrate (--no-migrate). Run 'S2M.Coordinator migrate'");
    }

    private static async Task<Finished> RunAsync(string connection, params string[] arguments)
    {
        await using ProgramProcess process = Start(connection, arguments);
        return await process.FinishAsync();
    }

    private static ProgramProcess Start(string connection, params string[] arguments)
        => ProgramProcess.Start(
            "S2M.Coordinator.dll",
            new Dictionary<string, string>(StringComparer.Ordinal) { ["S2M_Storage__ConnectionString"] = connection },
            [.. arguments, "--storage", "postgresql"]);
}
