using S2M.Client;
using S2M.Model.Benchmarks;
using S2M.Protos.V1;

namespace S2M.Cluster.Benchmarks.Processes;

/// <summary>Follows a job in the background through every cut, and notes when its steps were seen.</summary>
internal sealed class JobWatch
{
    private readonly Lock _lock = new();
    private readonly List<(int Step, long At, double Loss)> _steps = [];
    private readonly List<LogLine> _lines = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Begins to follow.</summary>
    internal JobWatch(S2MClient client, string jobId)
    {
        JobId = jobId;
        End = ReadAsync(client);
    }

    /// <summary>The job.</summary>
    internal string JobId { get; }

    /// <summary>The losses of the steps so far.</summary>
    internal double[] Losses
    {
        get
        {
            lock (_lock)
            {
                return [.. _steps.Select(static step => step.Loss)];
            }
        }
    }

    /// <summary>The job at its end.</summary>
    internal Task<Job> End { get; }

    /// <summary>Lines of the log so far.</summary>
    internal LogLine[] Lines
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>The newest step so far.</summary>
    internal int Step
    {
        get
        {
            lock (_lock)
            {
                return _steps.Count == 0 ? 0 : _steps[^1].Step;
            }
        }
    }

    /// <summary>Completes when a step is seen.</summary>
    /// <exception cref="BenchmarkException">The job ended before.</exception>
    internal Task<long> StepAsync(int step) => FindAsync(() => _steps.Where(seen => seen.Step >= step).Select(seen => (long?)seen.At).FirstOrDefault(), $"step {step}");

    /// <summary>Completes when a line of the log holds a text.</summary>
    /// <exception cref="BenchmarkException">The job ended before.</exception>
    internal async Task<LogLine> LineAsync(string text)
    {
        await FindAsync(() => _lines.Exists(line => line.Message.Contains(text, StringComparison.Ordinal)) ? 1 : null, text);
        return Lines.First(line => line.Message.Contains(text, StringComparison.Ordinal));
    }

    /// <summary>The job at its end, which must be a good one.</summary>
    /// <exception cref="BenchmarkException">It is not.</exception>
    internal async Task<Job> SucceedAsync()
    {
        Job job = await End;
        return job.State == JobState.Succeeded ? job : throw new BenchmarkException($"job {job.JobId}: expected that it succeeds, got {job.State}: {job.Reason}");
    }

    /// <summary>Seconds of the training of a job that succeeds, to the checkpoint of its last step, by its own log: what a watcher sees is late by its polling.</summary>
    /// <exception cref="BenchmarkException">It does not.</exception>
    internal async Task<double> TrainingSecondsAsync()
    {
        await SucceedAsync();
        LogLine begun = Lines.First(static line => line.Message.StartsWith("training: ", StringComparison.Ordinal));
        LogLine kept = Lines.Last(static line => line.Message.Contains(": checkpoint", StringComparison.Ordinal));
        return (kept.Time.ToDateTimeOffset() - begun.Time.ToDateTimeOffset()).TotalSeconds;
    }

    private async Task<long> FindAsync(Func<long?> find, string what)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (find() is { } found)
                {
                    return found;
                }

                changed = _changed.Task;
            }

            if (End.IsCompleted)
            {
                throw new BenchmarkException($"job: expected {what} before its end, got {(await End).State}: {(await End).Reason}");
            }

            await Task.WhenAny(changed, End);
        }
    }

    private async Task<Job> ReadAsync(S2MClient client)
    {
        await Task.Yield();
        Job? job = null;
        await foreach (WatchJobResponse happened in client.Jobs.WatchAsync(JobId, cursor: null, static _ => { }, CancellationToken.None))
        {
            job = happened.Job ?? job;
            lock (_lock)
            {
                if (happened.Step is not null)
                {
                    _steps.Add((happened.Step.Step, TimeProvider.System.GetTimestamp(), happened.Step.Loss));
                }

                if (happened.Log is not null)
                {
                    _lines.Add(happened.Log);
                }

                TaskCompletionSource changed = _changed;
                _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                changed.SetResult();
            }
        }

        return job!;
    }
}
