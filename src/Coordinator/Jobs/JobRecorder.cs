using System.Globalization;
using S2M.Coordinator.Diagnostics;
using S2M.Coordinator.Dispatch;
using S2M.Coordinator.Reports;
using S2M.Coordinator.Training;

namespace S2M.Coordinator.Jobs;

/// <summary>
/// What happens in a loop, on its way into rows: collected as it happens, written every half second and before each checkpoint, so that rows up to step c are
/// committed before the pointer to checkpoint c. Safe for concurrent use.
/// </summary>
/// <param name="jobId">The job.</param>
/// <param name="epoch">The loop's epoch.</param>
/// <param name="history">The rows.</param>
/// <param name="time">The clock.</param>
internal sealed class JobRecorder(string jobId, long epoch, IJobHistory history, TimeProvider time) : IRunView, IDisposable
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private List<StepRecord> _steps = [];
    private List<ValidationRecord> _validations = [];
    private List<JobLogLine> _lines = [];
    private List<StepCount> _counts = [];
    private string _phase = "training";
    private int _step;

    /// <summary>How far the phase in progress has come; absent where nothing is counted.</summary>
    internal PhaseProgress? Progress { get; private set; }

    /// <inheritdoc/>
    public void Begin(string name)
    {
        lock (_lock)
        {
            _phase = name;
            Progress = null;
        }
    }

    /// <inheritdoc/>
    public void BeginTraining(int steps, int done)
    {
        _step = done;
        Line($"begin-{epoch}", JobLogLevel.Info, done == 0 ? $"training: {steps} steps" : $"training: {steps} steps, {done} of them made before");
    }

    /// <inheritdoc/>
    public void OnWork(string unit, int done, int total)
    {
        lock (_lock)
        {
            Progress = done < total ? new PhaseProgress(_phase, unit, done, total) : null;
        }
    }

    /// <inheritdoc/>
    public void OnStep(StepRecord record, int episodes)
    {
        CoordinatorInstruments.StepDone();
        lock (_lock)
        {
            _steps.Add(record);
            _step = record.Step;
            Progress = null;
        }
    }

    /// <inheritdoc/>
    public void OnValidation(ValidationRecord record)
    {
        lock (_lock)
        {
            _validations.Add(record);
        }

        Line($"validation-{record.Step}", JobLogLevel.Info, string.Create(CultureInfo.InvariantCulture, $"step {record.Step}: validation accuracy {record.Accuracy:F4}"));
    }

    /// <inheritdoc/>
    public void OnCheckpoint(int version, string path) => Line($"checkpoint-{version}", JobLogLevel.Info, $"step {version}: checkpoint {path}");

    /// <inheritdoc/>
    public void Finish(string name, TimeSpan spent)
    {
        lock (_lock)
        {
            Progress = null;
        }

        Line($"phase-{name}-{_step}", JobLogLevel.Info, $"{name}: done in {Duration.Show(spent)}");
    }

    /// <inheritdoc/>
    public void Note(string message) => Line(string.Empty, JobLogLevel.Info, message);

    /// <inheritdoc/>
    public void Warn(string message) => Line(string.Empty, JobLogLevel.Warning, message);

    /// <inheritdoc/>
    public void Dispose() => _writing.Dispose();

    /// <summary>The loop goes on where a checkpoint ended.</summary>
    internal void GoOnFrom(int step)
    {
        lock (_lock)
        {
            _step = step;
        }

        Note($"going on from the checkpoint of step {step}");
    }

    /// <summary>A share that was lost with its worker; told once for a step and a worker, however often it is tried.</summary>
    internal void Lost(ShareWork work, string worker, string reason)
        => Line(
            $"lost-{epoch}-{work.Kind}-{work.Step}-{worker}",
            JobLogLevel.Warning,
            $"step {work.Step + 1}: a {work.Kind} share of worker {worker} was lost and is leased again: {reason}");

    /// <summary>Shares that were computed: what those of a step took becomes its metrics, so that it can be seen of each that every episode counted once.</summary>
    internal void Counted(ShareWork work, DispatchTally tally)
    {
        CoordinatorInstruments.Counted(work.Kind, tally);
        if (work.Kind != "gradient")
        {
            return;
        }

        lock (_lock)
        {
            _counts.Add(new StepCount(work.Step + 1, "episodes_counted", tally.Items));
            _counts.AddRange(new[]
            {
                ("leases", tally.Leases - tally.Shares, tally.Leases),
                ("losses", tally.Losses, tally.Losses),
                ("backups", tally.Backups, tally.Backups),
                ("late_answers", tally.LateAnswers, tally.LateAnswers),
                ("audits", tally.Audits, tally.Audits),
                ("skipped_audits", tally.SkippedAudits, tally.SkippedAudits),
                ("outvoted", tally.Outvoted, tally.Outvoted),
            }.Where(static count => count.Item2 > 0).Select(count => new StepCount(work.Step + 1, count.Item1, count.Item3)));
        }
    }

    /// <summary>An error that ends the job.</summary>
    internal void Fail(string message) => Line(string.Empty, JobLogLevel.Error, message);

    /// <summary>Writes what was collected. After a failure it is still there, and written by the next call.</summary>
    /// <exception cref="EpochLostException">The job was taken over.</exception>
    internal async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            JobEvents events;
            lock (_lock)
            {
                events = new JobEvents([.. _steps], [.. _validations], [.. _lines]) { Counts = [.. _counts] };
            }

            if (events.Steps.Count + events.Validations.Count + events.Lines.Count + events.Counts.Count == 0)
            {
                return;
            }

            if (!await history.AppendAsync(jobId, epoch, events, cancellationToken))
            {
                throw new EpochLostException(jobId, epoch);
            }

            lock (_lock)
            {
                _steps = _steps[events.Steps.Count..];
                _validations = _validations[events.Validations.Count..];
                _lines = _lines[events.Lines.Count..];
                _counts = _counts[events.Counts.Count..];
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    private void Line(string key, JobLogLevel level, string message)
    {
        lock (_lock)
        {
            _lines.Add(new JobLogLine(0, key, time.GetUtcNow(), level, _step, message.ReplaceLineEndings(" ")));
        }
    }
}

/// <summary>How far a phase has come.</summary>
/// <param name="Phase">data, training, validation or test.</param>
/// <param name="Unit">What is counted.</param>
/// <param name="Done">How many are done.</param>
/// <param name="Total">How many there are.</param>
[GenerateSerializer, Immutable, Alias("s2m.phase-progress")]
internal sealed record PhaseProgress([property: Id(0)] string Phase, [property: Id(1)] string Unit, [property: Id(2)] int Done, [property: Id(3)] int Total);
