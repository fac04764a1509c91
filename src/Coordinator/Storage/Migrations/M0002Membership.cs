using FluentMigrator;

namespace S2M.Coordinator.Storage.Migrations;

/// <summary>
/// What silos that share a PostgreSQL database know each other by. The library asks table <c>OrleansQuery</c> for its statements, by name; parameters and columns have
/// the names and types that it expects, the rest is ours. A change of a silo's row is a compare-and-swap on the version of all of them; a statement gives the number
/// of silos that it changed. Nothing for SQLite, which has one silo.
/// </summary>
[Migration(2, "silos of a cluster, PostgreSQL only")]
public sealed class M0002Membership : ForwardOnlyMigration
{
    private const string Tables = """
        CREATE TABLE IF NOT EXISTS OrleansQuery (
            QueryKey TEXT COLLATE "C" NOT NULL PRIMARY KEY,
            QueryText TEXT COLLATE "C" NOT NULL
        );
        CREATE TABLE IF NOT EXISTS OrleansMembershipVersionTable (
            DeploymentId TEXT COLLATE "C" NOT NULL PRIMARY KEY,
            Timestamp TIMESTAMPTZ NOT NULL DEFAULT now(),
            Version INTEGER NOT NULL DEFAULT 0
        );
        CREATE TABLE IF NOT EXISTS OrleansMembershipTable (
            DeploymentId TEXT COLLATE "C" NOT NULL REFERENCES OrleansMembershipVersionTable (DeploymentId),
            Address TEXT COLLATE "C" NOT NULL,
            Port INTEGER NOT NULL,
            Generation INTEGER NOT NULL,
            SiloName TEXT COLLATE "C" NOT NULL,
            HostName TEXT COLLATE "C" NOT NULL,
            Status INTEGER NOT NULL,
            ProxyPort INTEGER,
            SuspectTimes TEXT COLLATE "C",
            StartTime TIMESTAMPTZ NOT NULL,
            IAmAliveTime TIMESTAMPTZ NOT NULL,
            PRIMARY KEY (DeploymentId, Address, Port, Generation)
        );

        """;

    // Of SiloStatus: the one that is never cleaned up, however old its sign of life.
    private const string Active = "3";

    private const string ThisSilo = "m.DeploymentId = @DeploymentId AND m.Address = @Address AND m.Port = @Port AND m.Generation = @Generation";

    private const string NextVersion = """
        UPDATE OrleansMembershipVersionTable v SET Version = v.Version + 1, Timestamp = now()
        WHERE v.DeploymentId = @DeploymentId AND v.Version = @Version
        """;

    // A version without silos is one row of the version alone.
    private const string Members = """
        SELECT m.Address, m.Port, m.Generation, m.SiloName, m.HostName, m.Status, m.ProxyPort, m.SuspectTimes, m.StartTime, m.IAmAliveTime, v.Version
        FROM OrleansMembershipVersionTable v LEFT JOIN OrleansMembershipTable m ON m.DeploymentId = v.DeploymentId
        """;

    private static readonly (string Key, string Text)[] Queries =
    [
        ("InsertMembershipVersionKey",
            """
            WITH added AS (INSERT INTO OrleansMembershipVersionTable (DeploymentId) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING 1)
            SELECT CAST(count(*) AS INTEGER) FROM added
            """),
        ("InsertMembershipKey",
            $"""
            WITH moved AS ({NextVersion} AND NOT EXISTS (SELECT 1 FROM OrleansMembershipTable m WHERE {ThisSilo}) RETURNING 1),
            added AS (
                INSERT INTO OrleansMembershipTable (DeploymentId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, StartTime, IAmAliveTime)
                SELECT @DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime FROM moved RETURNING 1)
            SELECT CAST(count(*) AS INTEGER) FROM added
            """),
        ("UpdateMembershipKey",
            $"""
            WITH moved AS ({NextVersion} AND EXISTS (SELECT 1 FROM OrleansMembershipTable m WHERE {ThisSilo}) RETURNING 1),
            changed AS (
                UPDATE OrleansMembershipTable m SET Status = @Status, SuspectTimes = @SuspectTimes, IAmAliveTime = @IAmAliveTime FROM moved WHERE {ThisSilo} RETURNING 1)
            SELECT CAST(count(*) AS INTEGER) FROM changed
            """),
        ("UpdateIAmAlivetimeKey", $"UPDATE OrleansMembershipTable m SET IAmAliveTime = @IAmAliveTime WHERE {ThisSilo}"),
        ("MembershipReadRowKey", $"{Members} AND m.Address = @Address AND m.Port = @Port AND m.Generation = @Generation WHERE v.DeploymentId = @DeploymentId"),
        ("MembershipReadAllKey", $"{Members} WHERE v.DeploymentId = @DeploymentId"),
        ("GatewaysQueryKey", "SELECT Address, ProxyPort, Generation FROM OrleansMembershipTable WHERE DeploymentId = @DeploymentId AND Status = @Status AND ProxyPort > 0"),
        ("CleanupDefunctSiloEntriesKey", $"DELETE FROM OrleansMembershipTable WHERE DeploymentId = @DeploymentId AND IAmAliveTime < @IAmAliveTime AND Status <> {Active}"),
        ("DeleteMembershipTableEntriesKey",
            """
            DELETE FROM OrleansMembershipTable WHERE DeploymentId = @DeploymentId;
            DELETE FROM OrleansMembershipVersionTable WHERE DeploymentId = @DeploymentId
            """),
    ];

    /// <inheritdoc/>
    public override void Up()
    {
        IEnumerable<string> rows = Queries.Select(query => $"""
            INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('{query.Key}', '{query.Text}') ON CONFLICT (QueryKey) DO UPDATE SET QueryText = EXCLUDED.QueryText;
            """);
        IfDatabase(ProcessorIdConstants.PostgreSQL).Execute.Sql(Tables + string.Join('\n', rows));
    }
}
