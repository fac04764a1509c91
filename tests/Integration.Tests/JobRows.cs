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
        string owner = await ReadAsync("SELECT owner FROM jobs WHERE id = @id");
        bool IsOwner(Peer peer) => owner.Contains(string.Create(CultureInfo.InvariantCulture, $":{peer.SiloPort}@"), StringComparison.Ordinal);
        (IsOwner(peers.First) ^ IsOwner(peers.Second)).ShouldBeTrue($"'{owner}' is one of the two");
        return IsOwner(peers.First) ? (peers.First, peers.Second) : (peers.Second, peers.First);
    }

    /// <summary>Everything that a loop writes: the job with its pointer and hash, its figures, checkpoints and transitions.</summary>
    internal async Task<string> AllAsync() => string.Join('\n', await Task.WhenAll(
        ReadAsync("SELECT j::text FROM jobs j WHERE id = @id"),
        ReadAsync("SELECT string_agg(m::text, ';' ORDER BY m::text) FROM job_metrics m WHERE job_id = @id"),
        ReadAsync("SELECT string_agg(c::text, ';' ORDER BY c::text) FROM checkpoints c WHERE job_id = @id"),
        ReadAsync("SELECT string_agg(l::text, ';' ORDER BY l::text) FROM job_log l WHERE job_id = @id"),
        ReadAsync("SELECT string_agg(t::text, ';' ORDER BY t::text) FROM job_transitions t WHERE job_id = @id")));

    private async Task<string> ReadAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        await using NpgsqlCommand command = source.CreateCommand(sql);
        command.Parameters.AddWithValue("id", jobId);
        return (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken)).ShouldNotBeNull();
    }
}
