using S2M.Coordinator.Tests.Checkpoints;
using S2M.Coordinator.Tests.Storage;

[assembly: AssemblyFixture(typeof(PostgreSqlServer))]
[assembly: AssemblyFixture(typeof(AzuriteServer))]
