using S2M.Coordinator.Jobs;

namespace S2M.Coordinator.Storage;

/// <summary>The rows of <c>job_log</c>: a job's lines, numbered from 1 without gaps.</summary>
internal static class LogRows
{
    /// <summary>Stores lines of a job whose row this transaction holds, so that nobody else can take the numbers; those with a key that is there already are left out.</summary>
    internal static async Task AddAsync(DatabaseSession session, string id, IReadOnlyList<JobLogLine> lines)
    {
        if (lines.Count == 0)
        {
            return;
        }

        string[] keys = [.. lines.Select(line => line.Key).Where(key => key.Length > 0).Distinct(StringComparer.Ordinal)];
        HashSet<string> taken = keys.Length == 0
            ? []
            : [.. await session.ListAsync<string>("SELECT line_key FROM job_log WHERE job_id = @id AND line_key IN @keys", new { id, keys })];
        long last = await session.FindAsync<long>("SELECT COALESCE(MAX(line), 0) FROM job_log WHERE job_id = @id", new { id });
        JobLogLine[] added = [.. lines.Where(line => line.Key.Length == 0 || taken.Add(line.Key))];
        await session.ExecuteAsync(
            """
            INSERT INTO job_log (job_id, line, line_key, logged_at, level, step, message) VALUES (@id, @offset, @key, @time, @level, @Step, @Message)
            """,
            added.Select((line, i) => new
            {
                id,
                offset = last + 1 + i,
                key = line.Key.Length == 0 ? null : line.Key,
                time = UnixTime.Of(line.Time),
                level = (int)line.Level,
                line.Step,
                line.Message,
            }).ToArray());
    }

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
