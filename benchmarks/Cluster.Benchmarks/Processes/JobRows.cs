using System.Data.Common;
using S2M.Protos.V1;

namespace S2M.Cluster.Benchmarks.Processes;

/// <summary>What a database has of jobs, past every coordinator.</summary>
/// <param name="open">Makes a connection that is not open yet.</param>
internal sealed class JobRows(Func<DbConnection> open)
{
    /// <summary>Sums of the counts of a job's steps, by name (<c>leases</c>, <c>losses</c>, <c>backups</c>, <c>episodes_counted</c> ...), and how many steps have each.</summary>
    internal async Task<IReadOnlyDictionary<string, (long Sum, long Steps)>> CountsAsync(string jobId)
    {
        List<(string Name, double? Sum, long Steps)> rows = await ReadAsync(
            "SELECT name, SUM(value), COUNT(*) FROM job_metrics WHERE job_id = @id GROUP BY name",
            jobId,
            static row => (row.GetString(0), row.IsDBNull(1) ? null : (double?)row.GetDouble(1), row.GetInt64(2)));
        return rows.ToDictionary(static row => row.Name, static row => ((long)(row.Sum ?? 0), row.Steps), StringComparer.Ordinal);
    }

    /// <summary>Who runs a job's newest loop, as it calls itself.</summary>
    internal async Task<string> OwnerAsync(string jobId) => (await ReadAsync("SELECT owner FROM jobs WHERE id = @id", jobId, static row => row.GetString(0))).Single();

    /// <summary>Where a job is now.</summary>
    internal async Task<JobRow> FindAsync(string jobId) => (await ReadAsync(
        "SELECT state, reason, epoch, step, parameters_hash, finished_at FROM jobs WHERE id = @id",
        jobId,
        static row => new JobRow((JobState)row.GetInt32(0), row.GetString(1), row.GetInt64(2), row.GetInt32(3), row.GetString(4), !row.IsDBNull(5)))).Single();

    /// <summary>One figure of a job's steps, in order; NaN where it is not a number.</summary>
    internal Task<List<(int Step, double Value)>> FigureAsync(string jobId, string name) => ReadAsync(
        $"SELECT step, value FROM job_metrics WHERE job_id = @id AND name = '{name}' ORDER BY step",
        jobId,
        static row => (row.GetInt32(0), row.IsDBNull(1) ? double.NaN : row.GetDouble(1)));

    /// <summary>The epochs in which a job's checkpoints were published, in the order in which they were.</summary>
    internal Task<List<long>> CheckpointEpochsAsync(string jobId)
        => ReadAsync("SELECT epoch FROM checkpoints WHERE job_id = @id ORDER BY published_at, epoch", jobId, static row => row.GetInt64(0));

    private async Task<List<T>> ReadAsync<T>(string sql, string jobId, Func<DbDataReader, T> read)
    {
        await using DbConnection database = open();
        await database.OpenAsync();
        await using DbCommand command = database.CreateCommand();
        command.CommandText = sql;
        DbParameter parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("@id", jobId);
        command.Parameters.Add(parameter);
        await using DbDataReader rows = await command.ExecuteReaderAsync();
        var found = new List<T>();
        while (await rows.ReadAsync())
        {
            found.Add(read(rows));
        }

        return found;
    }
}

/// <summary>Where a job is.</summary>
/// <param name="State">Its state.</param>
/// <param name="Reason">Why it is in it.</param>
/// <param name="Epoch">The number of its newest loop.</param>
/// <param name="Step">Its newest step that is written down.</param>
/// <param name="ParametersHash">SHA-256 of its final parameters; empty before.</param>
/// <param name="HasEnded">Whether it has come to its end, good or bad.</param>
internal sealed record JobRow(JobState State, string Reason, long Epoch, int Step, string ParametersHash, bool HasEnded);
