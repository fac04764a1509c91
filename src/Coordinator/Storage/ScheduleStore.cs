using S2M.Coordinator.Schedules;

namespace S2M.Coordinator.Storage;

/// <summary>The schedules' rows and what became of their due times.</summary>
internal sealed class ScheduleStore(Database database) : IScheduleStore
{
    private const string FindSql = $"SELECT {ScheduleRow.Columns} FROM schedules WHERE namespace = @namespace AND name = @name";

    /// <inheritdoc/>
    public Task<bool> AddAsync(ScheduleRecord schedule, CancellationToken cancellationToken)
        => database.WriteAsync(
            $"Schedule '{schedule.Name}' could not be stored", async session => await session.ExecuteAsync(ScheduleRow.Insert, ScheduleRow.Of(schedule)) == 1, cancellationToken);

    /// <inheritdoc/>
    public Task<ScheduleRecord?> FindAsync(string @namespace, string name, CancellationToken cancellationToken)
        => database.ReadAsync(
            $"Schedule '{name}' could not be read",
            async session => (await session.FindAsync<ScheduleRow>(FindSql, new { @namespace, name }))?.ToRecord(),
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
                    UPDATE schedules SET paused = @flag, next_due = @due, revision = revision + 1 WHERE namespace = @namespace AND name = @name RETURNING {ScheduleRow.Columns}
                    """;
                return (await session.FindAsync<ScheduleRow>(Sql, new { @namespace, name, flag = paused ? 1 : 0, due = UnixTime.Of(nextDue) }))?.ToRecord();
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<bool> AdvanceAsync(ScheduleRecord seen, DateTimeOffset? nextDue, ScheduleRunRecord run, CancellationToken cancellationToken)
        => database.WriteAsync(
            $"Schedule '{seen.Name}' could not be moved on",
            async session =>
            {
                const string Sql = """
                    UPDATE schedules SET next_due = @next, revision = revision + 1
                    WHERE namespace = @Namespace AND name = @Name AND created_at = @created AND revision = @Revision
                    """;
                var key = new { seen.Namespace, seen.Name, created = UnixTime.Of(seen.CreatedAt), seen.Revision, next = UnixTime.Of(nextDue) };
                return await session.ExecuteAsync(Sql, key) == 1 && await session.ExecuteAsync(RunRow.Insert, RunRow.Of(seen.Namespace, seen.Name, run)) == 1;
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<UnsubmittedRun>> UnsubmittedAsync(CancellationToken cancellationToken)
        => database.ReadAsync<IReadOnlyList<UnsubmittedRun>>(
            "Runs that have no job yet could not be read",
            async session =>
            {
                string sql = $"SELECT {RunRow.Columns} FROM schedule_runs WHERE outcome = @started AND job_id = '' ORDER BY due, namespace, name";
                var runs = new List<UnsubmittedRun>();
                foreach (RunRow row in await session.ListAsync<RunRow>(sql, new { started = (int)ScheduleOutcome.Started }))
                {
                    // A row whose schedule is gone goes with it: what is not there any more has nothing to submit.
                    if (await session.FindAsync<ScheduleRow>(FindSql, new { @namespace = row.Namespace, name = row.Name }) is { } schedule)
                    {
                        runs.Add(new UnsubmittedRun(schedule.ToRecord(), row.ToRecord()));
                    }
                }

                return runs;
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task CompleteRunAsync(string @namespace, string name, ScheduleRunRecord run, CancellationToken cancellationToken)
        => database.WriteAsync(
            $"A run of schedule '{name}' could not be stored",
            session => session.ExecuteAsync(
                """
                UPDATE schedule_runs SET outcome = @Outcome, reason = @Reason, job_id = @JobId, started_from = @StartedFrom
                WHERE namespace = @Namespace AND name = @Name AND due = @Due AND outcome = 1 AND job_id = ''
                """,
                RunRow.Of(@namespace, name, run)),
            cancellationToken);

    /// <inheritdoc/>
    public Task<ScheduleRunRecord?> FindRunAsync(string @namespace, string name, DateTimeOffset due, CancellationToken cancellationToken)
        => database.ReadAsync(
            $"A run of schedule '{name}' could not be read",
            async session =>
            {
                const string Sql = $"SELECT {RunRow.Columns} FROM schedule_runs WHERE namespace = @namespace AND name = @name AND due = @due";
                return (await session.FindAsync<RunRow>(Sql, new { @namespace, name, due = UnixTime.Of(due) }))?.ToRecord();
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ScheduleRunRecord>> RunsAsync(string @namespace, string name, int limit, CancellationToken cancellationToken)
        => database.ReadAsync<IReadOnlyList<ScheduleRunRecord>>(
            $"Runs of schedule '{name}' could not be read",
            async session =>
            {
                string sql = $"SELECT {RunRow.Columns} FROM schedule_runs WHERE namespace = @namespace AND name = @name ORDER BY due DESC LIMIT @limit";
                return [.. (await session.ListAsync<RunRow>(sql, new { @namespace, name, limit })).Select(row => row.ToRecord())];
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<bool> RemoveAsync(string @namespace, string name, CancellationToken cancellationToken)
        => database.WriteAsync(
            $"Schedule '{name}' could not be removed",
            async session => await session.ExecuteAsync("DELETE FROM schedules WHERE namespace = @namespace AND name = @name", new { @namespace, name }) == 1,
            cancellationToken);

    private Task<IReadOnlyList<ScheduleRecord>> ListAsync(string condition, object parameters, CancellationToken cancellationToken)
        => database.ReadAsync<IReadOnlyList<ScheduleRecord>>(
            "Schedules could not be listed",
            async session => [.. (await session.ListAsync<ScheduleRow>($"SELECT {ScheduleRow.Columns} FROM schedules {condition}", parameters)).Select(row => row.ToRecord())],
            cancellationToken);

    private sealed class RunRow
    {
        internal const string Columns = "namespace, name, due, outcome, reason, job_id AS JobId, started_from AS StartedFrom";

        internal const string Insert = """
            INSERT INTO schedule_runs (namespace, name, due, outcome, reason, job_id, started_from) VALUES (@Namespace, @Name, @Due, @Outcome, @Reason, @JobId, @StartedFrom)
            """;

        public string Namespace { get; init; } = string.Empty;

        public string Name { get; init; } = string.Empty;

        public long Due { get; init; }

        public int Outcome { get; init; }

        public string Reason { get; init; } = string.Empty;

        public string JobId { get; init; } = string.Empty;

        public string StartedFrom { get; init; } = string.Empty;

        internal static RunRow Of(string @namespace, string name, ScheduleRunRecord run) => new()
        {
            Namespace = @namespace,
            Name = name,
            Due = UnixTime.Of(run.Due),
            Outcome = (int)run.Outcome,
            Reason = run.Reason,
            JobId = run.JobId,
            StartedFrom = run.StartedFrom,
        };

        internal ScheduleRunRecord ToRecord() => new(UnixTime.ToTime(Due), (ScheduleOutcome)Outcome, Reason, JobId, StartedFrom);
    }
}
