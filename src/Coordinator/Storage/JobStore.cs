using S2M.Coordinator.Jobs;

namespace S2M.Coordinator.Storage;

/// <summary>
/// The jobs' rows. Whoever changes a job updates or locks its row first, with the state or epoch that it expects in the statement's condition: of two at once
/// the second waits and then finds that its condition no longer holds.
/// </summary>
internal sealed class JobStore(Database database) : IJobStore
{
    private const string Coordinator = "coordinator";

    /// <inheritdoc/>
    public Task<JobRecord> AddAsync(NewJob job, DateTimeOffset now, CancellationToken cancellationToken)
        => database.WriteAsync(
            $"Job '{job.Id}' could not be stored",
            async session =>
            {
                const string Reason = "submitted";
                if (await session.ExecuteAsync(JobRow.Insert, JobRow.Of(job, Reason, now)) == 1)
                {
                    await session.ExecuteAsync(
                        "INSERT INTO job_labels (job_id, name, value) VALUES (@Id, @Key, @Value)", job.Labels.Select(label => new { job.Id, label.Key, label.Value }).ToArray());
                    await AddTransitionAsync(session, job.Id, null, JobState.Queued, Reason, job.Actor, now);
                }

                JobRow? row = await session.FindAsync<JobRow>(
                    $"SELECT {JobRow.Columns} FROM jobs WHERE namespace = @Namespace AND request_id = @RequestId", new { job.Namespace, job.RequestId });
                return row?.ToRecord() ?? throw new CoordinatorException(
                    $"job '{job.Id}': expected an identifier that no other request has, got one that is taken. Submit it with another request identifier.");
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<JobRecord?> FindAsync(string id, CancellationToken cancellationToken)
        => database.ReadAsync($"Job '{id}' could not be read", session => FindAsync(session, id), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> FindByPrefixAsync(string prefix, int limit, CancellationToken cancellationToken)
        => database.ReadAsync(
            $"Jobs that begin with '{prefix}' could not be read",
            session => session.ListAsync<string>(
                "SELECT id FROM jobs WHERE id >= @prefix AND substr(id, 1, length(@prefix)) = @prefix ORDER BY id LIMIT @limit", new { prefix, limit }),
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JobRecord>> ListAsync(JobFilter filter, CancellationToken cancellationToken)
        => database.ReadAsync<IReadOnlyList<JobRecord>>(
            "Jobs could not be listed",
            async session =>
            {
                (string sql, object parameters) = JobListQuery.Of(filter);
                return [.. (await session.ListAsync<JobRow>(sql, parameters)).Select(row => row.ToRecord())];
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, int>> CountRunningAsync(CancellationToken cancellationToken)
        => database.ReadAsync<IReadOnlyDictionary<string, int>>(
            "Running jobs could not be counted",
            async session => (await session.ListAsync<string>("SELECT owner FROM jobs WHERE state = @running", new { running = (int)JobState.Running }))
                .CountBy(static owner => owner, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal),
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JobTransition>> TransitionsAsync(string id, CancellationToken cancellationToken)
        => database.ReadAsync<IReadOnlyList<JobTransition>>(
            $"Transitions of job '{id}' could not be read",
            async session =>
            {
                const string Sql = """
                    SELECT sequence, from_state AS FromState, to_state AS ToState, reason, actor, moved_at AS MovedAt FROM job_transitions WHERE job_id = @id ORDER BY sequence
                    """;
                return [.. (await session.ListAsync<TransitionRow>(Sql, new { id })).Select(row => row.ToRecord())];
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<bool> MoveAsync(string id, JobState from, JobState to, string reason, string actor, DateTimeOffset now, CancellationToken cancellationToken)
        => database.WriteAsync(
            $"Job '{id}' could not be moved from {from} to {to}",
            async session =>
            {
                const string Sql = """
                    UPDATE jobs SET state = @to, reason = @reason, since = @now, owner = '', waits_for = '', waits_since = NULL, finished_at = @finished
                    WHERE id = @id AND state = @from
                    """;
                long? finished = JobTransitions.IsEnd(to) ? UnixTime.Of(now) : null;
                if (await session.ExecuteAsync(Sql, new { id, from = (int)from, to = (int)to, reason, now = UnixTime.Of(now), finished }) == 0)
                {
                    return false;
                }

                await AddTransitionAsync(session, id, from, to, reason, actor, now);
                return true;
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<long?> BeginEpochAsync(string id, long epoch, string owner, DateTimeOffset now, CancellationToken cancellationToken)
        => database.WriteAsync(
            $"Epoch {epoch + 1} of job '{id}' could not be begun",
            session => session.FindAsync<long?>(
                """
                UPDATE jobs SET epoch = epoch + 1, owner = @owner, started_at = COALESCE(started_at, @now)
                WHERE id = @id AND epoch = @epoch AND state = @running RETURNING epoch
                """,
                new { id, epoch, owner, now = UnixTime.Of(now), running = (int)JobState.Running }),
            cancellationToken);

    /// <inheritdoc/>
    public Task<bool> FinishAsync(string id, long epoch, JobState to, string reason, string parametersHash, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!JobTransitions.IsEnd(to))
        {
            throw new ArgumentException($"{nameof(to)}: expected a state that ends a job, got {to}. {nameof(MoveAsync)} makes other changes.", nameof(to));
        }

        return database.WriteAsync(
            $"Job '{id}' could not be ended as {to}",
            async session =>
            {
                const string Sql = """
                    UPDATE jobs SET state = @to, reason = @reason, since = @now, waits_for = '', waits_since = NULL, finished_at = @now,
                        parameters_hash = CASE WHEN @to = @succeeded THEN @parametersHash ELSE parameters_hash END
                    WHERE id = @id AND epoch = @epoch AND state = @running AND owner <> ''
                    """;
                var parameters = new
                {
                    id,
                    epoch,
                    to = (int)to,
                    reason,
                    parametersHash,
                    now = UnixTime.Of(now),
                    succeeded = (int)JobState.Succeeded,
                    running = (int)JobState.Running,
                };
                if (await session.ExecuteAsync(Sql, parameters) == 0)
                {
                    return false;
                }

                await AddTransitionAsync(session, id, JobState.Running, to, reason, Coordinator, now);
                return true;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> SetWaitAsync(string id, long epoch, string waitsFor, DateTimeOffset now, CancellationToken cancellationToken)
        => database.WriteAsync(
            $"What job '{id}' waits for could not be stored",
            async session => await session.ExecuteAsync(
                """
                UPDATE jobs SET waits_for = @waitsFor, waits_since = CASE WHEN @waitsFor = '' THEN NULL WHEN waits_for = @waitsFor THEN waits_since ELSE @now END
                WHERE id = @id AND epoch = @epoch AND state IN (@queued, @running)
                """,
                new { id, epoch, waitsFor, now = UnixTime.Of(now), queued = (int)JobState.Queued, running = (int)JobState.Running }) == 1,
            cancellationToken);

    /// <inheritdoc/>
    public Task<JobRecord?> PinNumericsAsync(string id, long epoch, string numericContract, string canary, CancellationToken cancellationToken)
        => database.WriteAsync(
            $"Numeric contract of job '{id}' could not be stored",
            async session =>
            {
                await session.ExecuteAsync(
                    """
                    UPDATE jobs SET numeric_contract = @numericContract, canary = @canary
                    WHERE id = @id AND epoch = @epoch AND numeric_contract = '' AND canary = ''
                    """,
                    new { id, epoch, numericContract, canary });
                return await FindAsync(session, id) is { } record && record.Epoch == epoch ? record : null;
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<bool> PublishCheckpointAsync(string id, CheckpointRecord checkpoint, CancellationToken cancellationToken)
        => database.WriteAsync(
            $"Checkpoint {checkpoint.Step} of job '{id}' could not be published", session => CheckpointRows.PublishAsync(session, id, checkpoint), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> ForgetCheckpointsAsync(string id, long epoch, IReadOnlyCollection<CheckpointRecord> checkpoints, CancellationToken cancellationToken)
        => database.WriteAsync($"Checkpoints of job '{id}' could not be removed", session => CheckpointRows.ForgetAsync(session, id, epoch, checkpoints), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<CheckpointRecord>> CheckpointsAsync(string id, CancellationToken cancellationToken)
        => database.ReadAsync($"Checkpoints of job '{id}' could not be read", session => CheckpointRows.ListAsync(session, id), cancellationToken);

    private static async Task<JobRecord?> FindAsync(DatabaseSession session, string id)
        => (await session.FindAsync<JobRow>($"SELECT {JobRow.Columns} FROM jobs WHERE id = @id", new { id }))?.ToRecord();

    /// <summary>The next transition of a job whose row this transaction has changed, so that nobody else can take the number.</summary>
    private static Task<int> AddTransitionAsync(DatabaseSession session, string id, JobState? from, JobState to, string reason, string actor, DateTimeOffset now)
        => session.ExecuteAsync(
            """
            INSERT INTO job_transitions (job_id, sequence, from_state, to_state, reason, actor, moved_at)
            SELECT @id, COALESCE(MAX(sequence), 0) + 1, @from, @to, @reason, @actor, @now FROM job_transitions WHERE job_id = @id
            """,
            new { id, from = (int?)from, to = (int)to, reason, actor, now = UnixTime.Of(now) });

    private sealed class TransitionRow
    {
        public int Sequence { get; init; }

        public int? FromState { get; init; }

        public int ToState { get; init; }

        public string Reason { get; init; } = string.Empty;

        public string Actor { get; init; } = string.Empty;

        public long MovedAt { get; init; }

        internal JobTransition ToRecord() => new(Sequence, (JobState?)FromState, (JobState)ToState, Reason, Actor, UnixTime.ToTime(MovedAt));
    }
}
