using System.Data;
using System.Text;
using Dapper;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Training;

namespace S2M.Coordinator.Storage;

/// <summary>
/// The rows of <c>job_metrics</c>: one figure of one step each, NULL for what is not a number. A figure that is there already stays. They go in by many rows
/// a statement: over a network each statement costs a round trip.
/// </summary>
internal static class MetricRows
{
    private const string Loss = "loss";
    private const string Accuracy = "accuracy";
    private const string LearningRate = "learning_rate";
    private const string ValidationAccuracy = "validation_accuracy";
    private const int RowsPerStatement = 120;

    /// <summary>Stores the figures of steps and validations.</summary>
    internal static async Task AddAsync(DatabaseSession session, string id, JobEvents events)
    {
        IEnumerable<(int Step, string Name, double Value)> figures = events.Steps
            .SelectMany(record => new[] { (record.Step, Loss, record.Loss), (record.Step, Accuracy, record.Accuracy), (record.Step, LearningRate, record.LearningRate) })
            .Concat(events.Validations.Select(record => (record.Step, ValidationAccuracy, record.Accuracy)))
            .Concat(events.Counts.Select(count => (count.Step, count.Name, (double)count.Value)));
        foreach ((int Step, string Name, double Value)[] rows in figures.Chunk(RowsPerStatement))
        {
            var sql = new StringBuilder("INSERT INTO job_metrics (job_id, step, name, value) VALUES ");
            var parameters = new DynamicParameters();
            parameters.Add("id", id);
            for (int i = 0; i < rows.Length; i++)
            {
                sql.Append(i == 0 ? string.Empty : ", ").Append($"(@id, @s{i}, @n{i}, @v{i})");
                parameters.Add($"s{i}", rows[i].Step);
                parameters.Add($"n{i}", rows[i].Name);
                parameters.Add($"v{i}", double.IsNaN(rows[i].Value) ? null : rows[i].Value, DbType.Double);
            }

            await session.ExecuteAsync(sql.Append(" ON CONFLICT DO NOTHING").ToString(), parameters);
        }
    }

    /// <summary>Steps behind one, in order.</summary>
    internal static async Task<IReadOnlyList<StepRecord>> StepsAsync(DatabaseSession session, string id, int after, int limit)
    {
        const string Sql = """
            SELECT step, MAX(CASE WHEN name = @Loss THEN value END) AS Loss, MAX(CASE WHEN name = @Accuracy THEN value END) AS Accuracy,
                MAX(CASE WHEN name = @LearningRate THEN value END) AS LearningRate
            FROM job_metrics WHERE job_id = @id AND step > @after AND name IN (@Loss, @Accuracy, @LearningRate) GROUP BY step ORDER BY step LIMIT @limit
            """;
        return [.. (await session.ListAsync<StepRow>(Sql, new { id, after, limit, Loss, Accuracy, LearningRate })).Select(row => row.ToRecord())];
    }

    /// <summary>Validations behind a step, in order.</summary>
    internal static async Task<IReadOnlyList<ValidationRecord>> ValidationsAsync(DatabaseSession session, string id, int after)
    {
        const string Sql = "SELECT step, value AS Accuracy FROM job_metrics WHERE job_id = @id AND step > @after AND name = @ValidationAccuracy ORDER BY step";
        return [.. (await session.ListAsync<StepRow>(Sql, new { id, after, ValidationAccuracy })).Select(row => new ValidationRecord(row.Step, row.Accuracy ?? double.NaN))];
    }

    private sealed class StepRow
    {
        public int Step { get; init; }

        public double? Loss { get; init; }

        public double? Accuracy { get; init; }

        public double? LearningRate { get; init; }

        internal StepRecord ToRecord() => new(Step, Loss ?? double.NaN, Accuracy ?? double.NaN, LearningRate ?? double.NaN);
    }
}
