using S2M.Coordinator.Schedules;

namespace S2M.Coordinator.Storage;

/// <summary>The schedules' rows and what became of their due times.</summary>
internal sealed class ScheduleStore(Database database) : IScheduleStore
{
    /// <inheritdoc/>
    public Task<bool> AddAsync(ScheduleRecord schedule, CancellationToken cancellationToken)
        => database.WriteAsync(
            $"Schedule '{schedule.Name}' could not be stored", async session => await session.ExecuteAsync(ScheduleRow.Insert, ScheduleRow.Of(schedule)) == 1, cancellationToken);

    /// <inheritdoc/>
    public Task<ScheduleRecord?> FindAsync(string @namespace, string name, CancellationToken cancellationToken)
        => database.ReadAsync(
            $"Schedule '{name}' could not be read",
            async session => (await session.FindAsync<ScheduleRow>(
                $"SELECT {ScheduleRow.Columns} FROM schedules WHERE namespace = @namespace AND name = @name", new { @namespace, name }))?.ToRecord(),
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ScheduleRecord>> ListAsync(string @namespace, CancellationToken cancellationToken)
        => ListAsync("WHERE namespace = @namespace ORDER BY name", new { @namespace }, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ScheduleRecord>> DueAsync(DateTimeOffset now, CancellationToken cancellationToken)
        => ListAsync("WHERE next_due <= @now ORDER BY next_due, namespace, name", new { now = UnixTime.Of(now) }, cancellationToken);

    /// <inheritdoc/>
    public Task<ScheduleRecord?> SetPausedAsync(string @namespace, string name, bool paused, DateTimeOffset? nextDue, CancellationToken cancellationToken)
        => database.WriteAsync(
            $"Schedule '{name}' could not be {(paused ? "paused" : "resumed")}",
            async session =>
            {
                const string Sql = $"""
                    UPDATE schedules SET paused = @flag, next_due = @due WHERE namespace = @namespace AND name = @name RETURNING {ScheduleRow.Columns}
                    """;
                return (await session.FindAsync<ScheduleRow>(Sql, new { @namespace, name, flag = paused ? 1 : 0, due = UnixTime.Of(nextDue) }))?.ToRecord();
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<bool> AdvanceAsync(
        string @namespace, string name, DateTimeOffset expectedDue, DateTimeOffset? nextDue, ScheduleRunRecord run, CancellationToken cancellationToken)
        => database.WriteAsync(
            $"Schedule '{name}' could not be moved on",
            async session =>
            {
                const string Sql = "UPDATE schedules SET next_due = @next WHERE namespace = @namespace AND name = @name AND next_due = @expected";
                if (await session.ExecuteAsync(Sql, new { @namespace, name, expected = UnixTime.Of(expectedDue), next = UnixTime.Of(nextDue) }) == 0)
                {
                    return false;
                }

                await PutRunAsync(session, @namespace, name, run);
                return true;
            },
            cancellationToken);

    /// <summary>A schedule that was removed meanwhile has no runs any more: nothing is stored then.</summary>
    /// <inheritdoc/>
    public Task PutRunAsync(string @namespace, string name, ScheduleRunRecord run, CancellationToken cancellationToken)
        => database.WriteAsync(
            $"A run of schedule '{name}' could not be stored",
            async session =>
            {
                string sql = $"SELECT name FROM schedules WHERE namespace = @namespace AND name = @name {session.RowLock}";
                return await session.FindAsync<string>(sql, new { @namespace, name }) is null ? 0 : await PutRunAsync(session, @namespace, name, run);
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ScheduleRunRecord>> RunsAsync(string @namespace, string name, int limit, CancellationToken cancellationToken)
        => database.ReadAsync<IReadOnlyList<ScheduleRunRecord>>(
            $"Runs of schedule '{name}' could not be read",
            async session =>
            {
                const string Sql = """
                    SELECT due, outcome, reason, job_id AS JobId, started_from AS StartedFrom FROM schedule_runs
                    WHERE namespace = @namespace AND name = @name ORDER BY due DESC LIMIT @limit
                    """;
                return [.. (await session.ListAsync<RunRow>(Sql, new { @namespace, name, limit })).Select(row => row.ToRecord())];
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<bool> RemoveAsync(string @namespace, string name, CancellationToken cancellationToken)
        => database.WriteAsync(
            $"Schedule '{name}' could not be removed",
            async session => await session.ExecuteAsync("DELETE FROM schedules WHERE namespace = @namespace AND name = @name", new { @namespace, name }) == 1,
            cancellationToken);

    private static Task<int> PutRunAsync(DatabaseSession session, string @namespace, string name, ScheduleRunRecord run)
        => session.ExecuteAsync(
            """
            INSERT INTO schedule_runs (namespace, name, due, outcome, reason, job_id, started_from) VALUES (@namespace, @name, @due, @outcome, @Reason, @JobId, @StartedFrom)
            ON CONFLICT (namespace, name, due) DO UPDATE
            SET outcome = excluded.outcome, reason = excluded.reason, job_id = excluded.job_id, started_from = excluded.started_from
            """,
            new { @namespace, name, due = UnixTime.Of(run.Due), outcome = (int)run.Outcome, run.Reason, run.JobId, run.StartedFrom });

    private Task<IReadOnlyList<ScheduleRecord>> ListAsync(string condition, object parameters, CancellationToken cancellationToken)
        => database.ReadAsync<IReadOnlyList<ScheduleRecord>>(
            "Schedules could not be listed",
            async session => [.. (await session.ListAsync<ScheduleRow>($"SELECT {ScheduleRow.Columns} FROM schedules {condition}", parameters)).Select(row => row.ToRecord())],
            cancellationToken);

    private sealed class RunRow
    {
        public long Due { get; init; }

        public int Outcome { get; init; }

        public string Reason { get; init; } = string.Empty;

        public string JobId { get; init; } = string.Empty;

        public string StartedFrom { get; init; } = string.Empty;

        internal ScheduleRunRecord ToRecord() => new(UnixTime.ToTime(Due), (ScheduleOutcome)Outcome, Reason, JobId, StartedFrom);
    }
}
