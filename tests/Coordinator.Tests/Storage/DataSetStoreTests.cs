using S2M.Coordinator.DataSets;
using S2M.Coordinator.Storage;

namespace S2M.Coordinator.Tests.Storage;

public abstract class DataSetStoreTests(TestDatabase database)
{
    private static DateTimeOffset Noon => StoredJobs.Noon;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private DataSetStore Store { get; } = new(database.Database);

    [Fact]
    public async Task AddAsync_VersionThatIsThere_StaysAsItIs()
    {
        DataSetRecord record = Describe("stored", path: string.Empty);

        (await Store.AddAsync(record, Token)).ShouldBe(record);
        (await Store.AddAsync(record with { Actor = "eve", Images = 1, RegisteredAt = Noon.AddDays(1), Path = "elsewhere" }, Token)).ShouldBe(record);
        (await Store.FindAsync("stored", "0123", Token)).ShouldBe(record);
    }

    [Fact]
    public async Task AddAsync_AnotherPath_TakesThePlaceOfThePath()
    {
        DataSetRecord record = Describe("moved", path: "first");
        await Store.AddAsync(record, Token);

        (await Store.AddAsync(record with { Path = "second", Actor = "eve" }, Token)).ShouldBe(record with { Path = "second" });
        (await Store.AddAsync(record with { Path = string.Empty }, Token)).ShouldBe(record with { Path = "second" });
    }

    [Fact]
    public async Task AddAsync_SameVersionManyTimesAtOnce_GivesOneRow()
    {
        DataSetRecord[] records = await Task.WhenAll(Enumerable.Range(0, 12).Select(
            i => Task.Run(() => Store.AddAsync(Describe("crowd", path: string.Empty) with { Images = i }, Token))));

        records.Distinct().ShouldHaveSingleItem().ShouldBe(await Store.FindAsync("crowd", "0123", Token));
    }

    [Fact]
    public async Task FindAsync_OtherVersion_GivesNull()
    {
        await Store.AddAsync(Describe("known", path: string.Empty), Token);

        (await Store.FindAsync("known", "4567", Token)).ShouldBeNull();
    }

    [Fact]
    public async Task ListAsync_OneNameOrAll_GivesTheNewestFirst()
    {
        DataSetRecord first = Describe("listed", path: string.Empty);
        DataSetRecord second = first with { Sha256 = "4567", RegisteredAt = Noon.AddSeconds(1) };
        DataSetRecord other = first with { Name = "other", RegisteredAt = Noon.AddSeconds(2) };
        foreach (DataSetRecord record in (DataSetRecord[])[second, other, first])
        {
            await Store.AddAsync(record, Token);
        }

        (await Store.ListAsync("listed", Token)).ShouldBe([second, first]);
        (await Store.ListAsync(null, Token)).Where(record => record.Name is "listed" or "other").ShouldBe([other, second, first]);
    }

    private static DataSetRecord Describe(string name, string path) => new(name, "0123", 1_000, 5_000_000_000, 32_460, 1_623, path, "ada", Noon);
}

public sealed class SqliteDataSetStoreTests(SqliteTestDatabase database) : DataSetStoreTests(database), IClassFixture<SqliteTestDatabase>;

public sealed class PostgreSqlDataSetStoreTests(PostgreSqlTestDatabase database) : DataSetStoreTests(database), IClassFixture<PostgreSqlTestDatabase>;
