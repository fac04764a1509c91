using S2M.Coordinator.Jobs;
using S2M.Coordinator.Training;

namespace S2M.Coordinator.Storage;

/// <summary>Metrics and log of jobs. Whoever writes holds the job's row until the transaction ends: appends to one job go one after the other.</summary>
internal sealed class JobHistory(Database database) : IJobHistory
{
    /// <inheritdoc/>
    public Task<bool> AppendAsync(string id, long epoch, JobEvents events, CancellationToken cancellationToken)
        => database.WriteAsync(
            $"Figures and log of job '{id}' could not be stored",
            async session =>
            {
                const string Sql = "UPDATE jobs SET step = CASE WHEN step < @step THEN @step ELSE step END WHERE id = @id AND epoch = @epoch";
                if (await session.ExecuteAsync(Sql, new { id, epoch, step = events.Steps.Select(record => record.Step).DefaultIfEmpty(0).Max() }) == 0)
                {
                    return false;
                }

                await MetricRows.AddAsync(session, id, events);
                await LogRows.AddAsync(session, id, events.Lines);
                return true;
            },
            cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="CoordinatorException">There is no such job.</exception>
    public Task AddLineAsync(string id, JobLogLine line, CancellationToken cancellationToken)
        => database.WriteAsync(
            $"A line of job '{id}' could not be stored",
            async session =>
            {
                _ = await session.FindAsync<string>($"SELECT id FROM jobs WHERE id = @id {session.RowLock}", new { id })
                    ?? throw new CoordinatorException($"job '{id}': expected one that is stored, got none of this name. Look at the list of jobs.");
                await LogRows.AddAsync(session, id, [line]);
                return true;
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StepRecord>> StepsAsync(string id, int after, int limit, CancellationToken cancellationToken)
        => database.ReadAsync($"Figures of job '{id}' could not be read", session => MetricRows.StepsAsync(session, id, after, limit), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ValidationRecord>> ValidationsAsync(string id, int after, CancellationToken cancellationToken)
        => database.ReadAsync($"Figures of job '{id}' could not be read", session => MetricRows.ValidationsAsync(session, id, after), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JobLogLine>> LinesAsync(string id, long after, int limit, CancellationToken cancellationToken)
        => database.ReadAsync($"Log of job '{id}' could not be read", session => LogRows.ListAsync(session, id, after, limit), cancellationToken);
}
