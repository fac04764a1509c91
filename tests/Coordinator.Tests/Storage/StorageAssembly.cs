using S2M.Coordinator.Tests.Storage;

[assembly: AssemblyFixture(typeof(PostgreSqlServer))]
