using S2M.Coordinator.Storage;

namespace S2M.Coordinator.Tests.Storage;

public abstract class RequestLogTests(TestDatabase database)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private RequestLog Log { get; } = new(database.Database);

    [Fact]
    public async Task AddAsync_RequestThatIsThere_Stays()
    {
        await Log.AddAsync("r1", "PauseJob", "job-1", StoredJobs.Noon, Token);
        await Log.AddAsync("r1", "CancelJob", "job-2", StoredJobs.Noon, Token);

        (await Log.FindAsync("r1", Token)).ShouldBe(("PauseJob", "job-1"));
    }

    [Fact]
    public async Task FindAsync_NoSuchRequest_GivesNull() => (await Log.FindAsync("nothing", Token)).ShouldBeNull();
}

public sealed class SqliteRequestLogTests(SqliteTestDatabase database) : RequestLogTests(database), IClassFixture<SqliteTestDatabase>;

public sealed class PostgreSqlRequestLogTests(PostgreSqlTestDatabase database) : RequestLogTests(database), IClassFixture<PostgreSqlTestDatabase>;
