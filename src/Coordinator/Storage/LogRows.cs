using S2M.Coordinator.Jobs;

namespace S2M.Coordinator.Storage;

/// <summary>The rows of <c>job_log</c>: a job's lines, numbered from 1 without gaps.</summary>
internal static class LogRows
{
    /// <summary>Stores lines of a job whose row this transaction holds, so that nobody else can take the numbers; those with a key that is there already are left out.</summary>
    internal static Task AddAsync(DatabaseSession session, string id, IReadOnlyList<JobLogLine> lines)
        => session.ExecuteAsync(
            """
            INSERT INTO job_log (job_id, line, line_key, logged_at, level, step, message)
            SELECT @id, COALESCE(MAX(line), 0) + 1, @key, @time, @level, @Step, @Message FROM job_log WHERE job_id = @id
            ON CONFLICT DO NOTHING
            """,
            lines.Select(line => new
            {
                id,
                key = line.Key.Length == 0 ? null : line.Key,
                time = UnixTime.Of(line.Time),
                level = (int)line.Level,
                line.Step,
                line.Message,
            }).ToArray());

    /// <summary>Lines behind an offset, in order.</summary>
    internal static async Task<IReadOnlyList<JobLogLine>> ListAsync(DatabaseSession session, string id, long after, int limit)
    {
        const string Sql = """
            SELECT line, line_key AS LineKey, logged_at AS LoggedAt, level, step, message FROM job_log WHERE job_id = @id AND line > @after ORDER BY line LIMIT @limit
            """;
        return [.. (await session.ListAsync<LineRow>(Sql, new { id, after, limit })).Select(row => row.ToRecord())];
    }

    private sealed class LineRow
    {
        public long Line { get; init; }

        public string? LineKey { get; init; }

        public long LoggedAt { get; init; }

        public int Level { get; init; }

        public int Step { get; init; }

        public string Message { get; init; } = string.Empty;

        internal JobLogLine ToRecord() => new(Line, LineKey ?? string.Empty, UnixTime.ToTime(LoggedAt), (JobLogLevel)Level, Step, Message);
    }
}
