using S2M.Coordinator.Storage;
using S2M.Coordinator.Workers;

namespace S2M.Coordinator.Tests.Storage;

public abstract class WorkerStoreTests(TestDatabase database)
{
    private static DateTimeOffset Noon => StoredJobs.Noon;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private WorkerStore Store { get; } = new(database.Database);

    /// <summary>One test, because the store lists all there is.</summary>
    [Fact]
    public async Task PutListRemove_InTurn_KeepOneRowForEachWorker()
    {
        WorkerRecord ready = Describe("b", WorkerState.Ready, Noon);
        WorkerRecord gone = Describe("a", WorkerState.Gone, Noon);
        WorkerRecord lately = Describe("C", WorkerState.Gone, Noon.AddMinutes(1));
        await Store.PutAsync(Describe("b", WorkerState.Draining, Noon.AddDays(-1)) with { Incarnation = "old", Build = "0" }, Token);
        foreach (WorkerRecord worker in (WorkerRecord[])[ready, gone, lately])
        {
            await Store.PutAsync(worker, Token);
        }

        (await Store.ListAsync(Token)).ShouldBe([lately, gone, ready], "by name, byte by byte, each once");

        await Store.RemoveGoneAsync(Noon, Token);
        (await Store.ListAsync(Token)).Count.ShouldBe(3, "none was gone before noon");
        await Store.RemoveGoneAsync(Noon.AddMinutes(1), Token);
        (await Store.ListAsync(Token)).ShouldBe([lately, ready]);
    }

    private static WorkerRecord Describe(string id, WorkerState state, DateTimeOffset since)
        => new(id, "incarnation", "http://127.0.0.1:1", "cpu", "contract", "0.1.0", state, "because", since, Noon.AddHours(-1));
}

public sealed class SqliteWorkerStoreTests(SqliteTestDatabase database) : WorkerStoreTests(database), IClassFixture<SqliteTestDatabase>;

public sealed class PostgreSqlWorkerStoreTests(PostgreSqlTestDatabase database) : WorkerStoreTests(database), IClassFixture<PostgreSqlTestDatabase>;
