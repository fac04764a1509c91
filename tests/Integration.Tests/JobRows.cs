using System.Globalization;
using Npgsql;
using S2M.Integration.Tests.Processes;

namespace S2M.Integration.Tests;

/// <summary>What a PostgreSQL database has of a job, past every coordinator.</summary>
/// <param name="connection">The database.</param>
/// <param name="jobId">The job.</param>
internal sealed class JobRows(string connection, string jobId)
{
    /// <summary>Which of two coordinators has the job's newest loop, and the other one.</summary>
    internal async Task<(Peer Owner, Peer Other)> OwnerAsync((Peer First, Peer Second) peers)
    {
        Peer owner = await OwnerOfAsync(peers.First, peers.Second);
        return owner == peers.First ? (peers.First, peers.Second) : (peers.Second, peers.First);
    }

    /// <summary>Which coordinator has the job's newest loop.</summary>
    internal async Task<Peer> OwnerOfAsync(params Peer[] peers)
    {
        string owner = await ReadAsync("SELECT owner FROM jobs WHERE id = @id");
        return peers.Where(peer => owner.Contains(string.Create(CultureInfo.InvariantCulture, $":{peer.SiloPort}@"), StringComparison.Ordinal))
            .ShouldHaveSingleItem($"'{owner}' is one of them");
    }

    /// <summary>The epoch of its newest loop.</summary>
    internal async Task<long> EpochAsync() => long.Parse(await ReadAsync("SELECT epoch::text FROM jobs WHERE id = @id"), CultureInfo.InvariantCulture);

    /// <summary>Completes when a loop of an epoch has begun.</summary>
    internal Task BeginsAsync(long epoch) => WaitAsync(async () => await EpochAsync() >= epoch);

    /// <summary>Completes when no coordinator has a transaction.</summary>
    internal Task TransactionsEndAsync() => WaitAsync(async () => await ReadAsync(
        "SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database() AND application_name = 's2m-coordinator' AND xact_start IS NOT NULL AND @id <> ''") == "0");

    /// <summary>The step that the job's pointer names.</summary>
    internal async Task<int> CheckpointStepAsync()
        => int.Parse(await ReadAsync("SELECT checkpoint_step::text FROM jobs WHERE id = @id"), CultureInfo.InvariantCulture);

    /// <summary>How many episodes were counted in each step, in order: <c>1:8 2:8</c>.</summary>
    internal Task<string> CountedAsync()
        => ReadAsync("SELECT string_agg(step || ':' || value, ' ' ORDER BY step) FROM job_metrics WHERE job_id = @id AND name = 'episodes_counted'");

    /// <summary>Checkpoints that rows name, as <c>epoch/step</c> below the job's folder, in order.</summary>
    internal async Task<string[]> CheckpointsAsync()
        => (await ReadAsync("SELECT string_agg(lpad(epoch::text, 6, '0') || '/step-' || lpad(step::text, 6, '0'), ' ' ORDER BY epoch, step) FROM checkpoints WHERE job_id = @id")).Split(' ');

    /// <summary>Everything that a loop writes: the job with its pointer and hash, its figures, checkpoints and transitions.</summary>
    internal async Task<string> AllAsync() => string.Join('\n', await Task.WhenAll(
        ReadAsync("SELECT j::text FROM jobs j WHERE id = @id"),
        ReadAsync("SELECT string_agg(m::text, ';' ORDER BY m::text) FROM job_metrics m WHERE job_id = @id"),
        ReadAsync("SELECT string_agg(c::text, ';' ORDER BY c::text) FROM checkpoints c WHERE job_id = @id"),
        ReadAsync("SELECT string_agg(l::text, ';' ORDER BY l::text) FROM job_log l WHERE job_id = @id"),
        ReadAsync("SELECT string_agg(t::text, ';' ORDER BY t::text) FROM job_transitions t WHERE job_id = @id")));

    private static async Task WaitAsync(Func<Task<bool>> condition)
    {
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await Hang.Guard(Task.Run(
            async () =>
            {
                while (!await condition())
                {
                    await beat.WaitForNextTickAsync(cancellationToken);
                }
            },
            cancellationToken));
    }

    private async Task<string> ReadAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        await using NpgsqlCommand command = source.CreateCommand(sql);
        command.Parameters.AddWithValue("id", jobId);
        return (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken)).ShouldNotBeNull();
    }
}
