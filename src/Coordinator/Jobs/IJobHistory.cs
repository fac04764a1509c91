using S2M.Coordinator.Training;

namespace S2M.Coordinator.Jobs;

/// <summary>How much a line matters. The numbers are stored.</summary>
public enum JobLogLevel
{
    /// <summary>For whoever follows.</summary>
    Info = 1,

    /// <summary>Needs attention; the job goes on.</summary>
    Warning = 2,

    /// <summary>Ends the job.</summary>
    Error = 3,
}

/// <summary>A line of a job's log.</summary>
/// <param name="Offset">Its place, from 1, without gaps; 0 before it is stored.</param>
/// <param name="Key">Names what it tells: a line with a key that is there already is not stored again. Empty for lines that are always new.</param>
/// <param name="Time">When.</param>
/// <param name="Level">How much it matters.</param>
/// <param name="Step">Steps that were made before it.</param>
/// <param name="Message">One line of text.</param>
public sealed record JobLogLine(long Offset, string Key, DateTimeOffset Time, JobLogLevel Level, int Step, string Message);

/// <summary>What happened in a job, in the order in which it is to be stored.</summary>
/// <param name="Steps">Steps' figures; NaN where every episode was absent.</param>
/// <param name="Validations">Validations' figures.</param>
/// <param name="Lines">Lines of the log.</param>
public sealed record JobEvents(IReadOnlyList<StepRecord> Steps, IReadOnlyList<ValidationRecord> Validations, IReadOnlyList<JobLogLine> Lines)
{
    /// <summary>What the dispatch of steps took.</summary>
    public IReadOnlyList<StepCount> Counts { get; init; } = [];
}

/// <summary>Something that was counted in a step's dispatch.</summary>
/// <param name="Step">The step, from 1.</param>
/// <param name="Name">
/// What: <c>episodes_counted</c> (each of the step's episodes once), <c>leases</c>, <c>losses</c>, <c>backups</c>, <c>late_answers</c>, <c>audits</c>, <c>outvoted</c>.
/// </param>
/// <param name="Value">How many.</param>
public sealed record StepCount(int Step, string Name, int Value);

/// <summary>Metrics and log of jobs as rows. Metrics are keyed by job, step and name: a repeated write is no change.</summary>
public interface IJobHistory
{
    /// <summary>Stores events of a loop in one transaction, and the highest step as the job's.</summary>
    /// <returns>False where the epoch was another; nothing is stored then.</returns>
    Task<bool> AppendAsync(string id, long epoch, JobEvents events, CancellationToken cancellationToken);

    /// <summary>Stores a line that belongs to no loop (a user's command, the supervisor's).</summary>
    Task AddLineAsync(string id, JobLogLine line, CancellationToken cancellationToken);

    /// <summary>Steps behind one, in order.</summary>
    Task<IReadOnlyList<StepRecord>> StepsAsync(string id, int after, int limit, CancellationToken cancellationToken);

    /// <summary>Validations behind a step, in order.</summary>
    Task<IReadOnlyList<ValidationRecord>> ValidationsAsync(string id, int after, CancellationToken cancellationToken);

    /// <summary>Lines behind an offset, in order.</summary>
    Task<IReadOnlyList<JobLogLine>> LinesAsync(string id, long after, int limit, CancellationToken cancellationToken);
}
