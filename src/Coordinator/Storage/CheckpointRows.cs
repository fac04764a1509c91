using S2M.Coordinator.Jobs;

namespace S2M.Coordinator.Storage;

/// <summary>The rows of <c>checkpoints</c> and the jobs' pointers to them, within <see cref="JobStore"/>'s transactions.</summary>
internal static class CheckpointRows
{
    /// <summary>Moves the pointer of a job, where the epoch is its own, and stores the row.</summary>
    internal static async Task<bool> PublishAsync(DatabaseSession session, string id, CheckpointRecord checkpoint)
    {
        const string Point = "UPDATE jobs SET checkpoint_epoch = @Epoch, checkpoint_step = @Step WHERE id = @id AND epoch = @Epoch";
        if (await session.ExecuteAsync(Point, new { id, checkpoint.Epoch, checkpoint.Step }) == 0)
        {
            return false;
        }

        // The same checkpoint again keeps its time; other files in its place are described as they are.
        const string Insert = """
            INSERT INTO checkpoints (job_id, epoch, step, parameters_hash, bytes, published_at) VALUES (@id, @Epoch, @Step, @ParametersHash, @Bytes, @time)
            ON CONFLICT (job_id, epoch, step) DO UPDATE SET parameters_hash = excluded.parameters_hash, bytes = excluded.bytes, published_at = excluded.published_at
            WHERE checkpoints.parameters_hash <> excluded.parameters_hash OR checkpoints.bytes <> excluded.bytes
            """;
        await session.ExecuteAsync(Insert, new { id, checkpoint.Epoch, checkpoint.Step, checkpoint.ParametersHash, checkpoint.Bytes, time = UnixTime.Of(checkpoint.Time) });
        return true;
    }

    /// <summary>Removes rows of a job, where the epoch is its own, but never the one that the pointer names.</summary>
    internal static async Task<bool> ForgetAsync(DatabaseSession session, string id, long epoch, IReadOnlyCollection<CheckpointRecord> checkpoints)
    {
        if (await session.FindAsync<long?>($"SELECT epoch FROM jobs WHERE id = @id {session.RowLock}", new { id }) != epoch)
        {
            return false;
        }

        await session.ExecuteAsync(
            """
            DELETE FROM checkpoints WHERE job_id = @id AND epoch = @Epoch AND step = @Step
                AND NOT EXISTS (SELECT 1 FROM jobs WHERE id = @id AND checkpoint_epoch = @Epoch AND checkpoint_step = @Step)
            """,
            checkpoints.Select(checkpoint => new { id, checkpoint.Epoch, checkpoint.Step }).ToArray());
        return true;
    }

    /// <summary>A job's rows by step, then epoch.</summary>
    internal static async Task<IReadOnlyList<CheckpointRecord>> ListAsync(DatabaseSession session, string id)
    {
        const string Sql = """
            SELECT epoch, step, parameters_hash AS ParametersHash, bytes, published_at AS PublishedAt FROM checkpoints WHERE job_id = @id ORDER BY step, epoch
            """;
        return [.. (await session.ListAsync<CheckpointRow>(Sql, new { id })).Select(row => row.ToRecord())];
    }

    private sealed class CheckpointRow
    {
        public long Epoch { get; init; }

        public int Step { get; init; }

        public string ParametersHash { get; init; } = string.Empty;

        public long Bytes { get; init; }

        public long PublishedAt { get; init; }

        internal CheckpointRecord ToRecord() => new(Epoch, Step, ParametersHash, Bytes, UnixTime.ToTime(PublishedAt));
    }
}
