using S2M.Coordinator.Workers;

namespace S2M.Coordinator.Storage;

/// <summary>The workers' rows.</summary>
internal sealed class WorkerStore(Database database) : IWorkerStore
{
    /// <inheritdoc/>
    public Task PutAsync(WorkerRecord worker, CancellationToken cancellationToken)
        => database.WriteAsync(
            $"Worker '{worker.Id}' could not be stored",
            session => session.ExecuteAsync(
                """
                INSERT INTO workers (id, incarnation, address, device, numeric_contract, build, state, reason, since, registered_at)
                VALUES (@Id, @Incarnation, @Address, @Device, @NumericContract, @Build, @state, @Reason, @since, @registeredAt)
                ON CONFLICT (id) DO UPDATE SET incarnation = excluded.incarnation, address = excluded.address, device = excluded.device,
                    numeric_contract = excluded.numeric_contract, build = excluded.build, state = excluded.state, reason = excluded.reason, since = excluded.since,
                    registered_at = excluded.registered_at
                """,
                new
                {
                    worker.Id,
                    worker.Incarnation,
                    worker.Address,
                    worker.Device,
                    worker.NumericContract,
                    worker.Build,
                    state = (int)worker.State,
                    worker.Reason,
                    since = UnixTime.Of(worker.Since),
                    registeredAt = UnixTime.Of(worker.RegisteredAt),
                }),
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<WorkerRecord>> ListAsync(CancellationToken cancellationToken)
        => database.ReadAsync<IReadOnlyList<WorkerRecord>>(
            "Workers could not be listed",
            async session =>
            {
                const string Sql = """
                    SELECT id, incarnation, address, device, numeric_contract AS NumericContract, build, state, reason, since, registered_at AS RegisteredAt
                    FROM workers ORDER BY id
                    """;
                return [.. (await session.ListAsync<WorkerRow>(Sql, new { })).Select(row => row.ToRecord())];
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task RemoveGoneAsync(DateTimeOffset before, CancellationToken cancellationToken)
        => database.WriteAsync(
            "Workers that are gone could not be removed",
            session => session.ExecuteAsync(
                "DELETE FROM workers WHERE state = @gone AND since < @before", new { gone = (int)WorkerState.Gone, before = UnixTime.Of(before) }),
            cancellationToken);

    private sealed class WorkerRow
    {
        public string Id { get; init; } = string.Empty;

        public string Incarnation { get; init; } = string.Empty;

        public string Address { get; init; } = string.Empty;

        public string Device { get; init; } = string.Empty;

        public string NumericContract { get; init; } = string.Empty;

        public string Build { get; init; } = string.Empty;

        public int State { get; init; }

        public string Reason { get; init; } = string.Empty;

        public long Since { get; init; }

        public long RegisteredAt { get; init; }

        internal WorkerRecord ToRecord()
            => new(Id, Incarnation, Address, Device, NumericContract, Build, (WorkerState)State, Reason, UnixTime.ToTime(Since), UnixTime.ToTime(RegisteredAt));
    }
}
