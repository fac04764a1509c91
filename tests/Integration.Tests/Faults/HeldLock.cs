using Npgsql;
using S2M.Integration.Tests.Processes;

namespace S2M.Integration.Tests.Faults;

/// <summary>A lock in a PostgreSQL database that a test holds, so that a statement of a coordinator stands still at a known place. Disposed, it is given back.</summary>
internal sealed class HeldLock : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection _connection;

    private HeldLock(NpgsqlDataSource source, NpgsqlConnection connection) => (_source, _connection) = (source, connection);

    /// <summary>Takes it.</summary>
    /// <param name="connection">The database.</param>
    /// <param name="sql">The statement that locks, within a transaction.</param>
    internal static async Task<HeldLock> TakeAsync(string connection, string sql)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var source = NpgsqlDataSource.Create(connection);
        var held = new HeldLock(source, await source.OpenConnectionAsync(cancellationToken));
        await using var command = new NpgsqlCommand($"BEGIN; {sql}", held._connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return held;
    }

    /// <summary>Completes when a statement with this beginning waits for a lock.</summary>
    internal async Task StopsAsync(string beginning)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        await Hang.Guard(Task.Run(
            async () =>
            {
                await using NpgsqlCommand command = _source.CreateCommand(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND starts_with(ltrim(query), $1)");
                command.Parameters.AddWithValue(beginning);
                while ((long)(await command.ExecuteScalarAsync(cancellationToken))! == 0)
                {
                    await beat.WaitForNextTickAsync(cancellationToken);
                }
            },
            cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _source.DisposeAsync();
    }
}
