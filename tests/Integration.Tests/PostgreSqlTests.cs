using S2M.Coordinator.Tests.Storage;
using S2M.Integration.Tests.Faults;
using S2M.Integration.Tests.Processes;

[assembly: AssemblyFixture(typeof(PostgreSqlServer))]

namespace S2M.Integration.Tests;

/// <summary>The same on PostgreSQL.</summary>
public sealed class PostgreSqlTests(Reference reference, PostgreSqlServer server)
{
    [Fact]
    public async Task Train_OnTwoWorkers_GivesTheBitsAndFiguresOfOneProcess()
    {
        await using Cluster cluster = await Cluster.StartAsync(2, await server.CreateDatabaseAsync());
        await SameBitsTests.AssertSameAsync(cluster, reference);
    }

    [Fact, Proves(Fault.CoordinatorKilled)]
    public async Task Kill_InTheMiddle_JobGoesOnByItselfAndWatcherMissesNothing()
    {
        await using Cluster cluster = await Cluster.StartAsync(1, await server.CreateDatabaseAsync());
        await CoordinatorLossTests.AssertGoesOnAsync(cluster, reference);
    }
}
