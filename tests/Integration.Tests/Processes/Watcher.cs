using S2M.Client;
using S2M.Protos.V1;

namespace S2M.Integration.Tests.Processes;

/// <summary>Follows a job in the background, through every cut, and keeps what it saw.</summary>
internal sealed class Watcher
{
    private readonly Lock _lock = new();
    private readonly List<WatchJobResponse> _events = [];
    private readonly List<(Func<WatchJobResponse, bool> Condition, TaskCompletionSource Seen)> _waiting = [];
    private readonly Task<Job> _end;
    private int _reconnections;

    private readonly Func<string> _remains;

    /// <summary>Begins to follow.</summary>
    /// <param name="client">The coordinator.</param>
    /// <param name="jobId">The job.</param>
    /// <param name="remains">What the processes wrote, for the message of a test that fails.</param>
    internal Watcher(S2MClient client, string jobId, Func<string> remains)
    {
        _remains = remains;
        _end = ReadAsync(client, jobId);
    }

    /// <summary>How many times the stream was cut.</summary>
    internal int Reconnections => Volatile.Read(ref _reconnections);

    /// <summary>Steps in the order in which they were seen.</summary>
    internal int[] Steps => [.. Seen().Where(happened => happened.Step is not null).Select(happened => happened.Step.Step)];

    /// <summary>Lines of the log.</summary>
    internal LogLine[] Lines => [.. Seen().Where(happened => happened.Log is not null).Select(happened => happened.Log)];

    /// <summary>The job at its end.</summary>
    internal async Task<Job> EndAsync()
    {
        await GuardAsync(_end);
        return await _end;
    }

    /// <summary>Completes when a step was seen; fails when the job ends before.</summary>
    internal Task StepAsync(int step) => SeesAsync(happened => happened.Step?.Step >= step);

    /// <summary>Completes when a line of the log holds the fragment; fails when the job ends before.</summary>
    internal Task LineAsync(string fragment) => SeesAsync(happened => happened.Log?.Message.Contains(fragment, StringComparison.Ordinal) ?? false);

    /// <summary>Completes when an event was seen, before or after the call; fails when the job ends without it.</summary>
    internal Task SeesAsync(Func<WatchJobResponse, bool> condition)
    {
        lock (_lock)
        {
            if (_events.Exists(happened => condition(happened)))
            {
                return Task.CompletedTask;
            }

            if (_end.IsCompleted)
            {
                return Task.FromException(Missing());
            }

            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((condition, seen));
            return GuardAsync(seen.Task);
        }
    }

    private async Task GuardAsync(Task task)
    {
        try
        {
            await Hang.Guard(task);
        }
        catch (TimeoutException)
        {
            throw Missing();
        }
    }

    private WatchJobResponse[] Seen()
    {
        lock (_lock)
        {
            return [.. _events];
        }
    }

    private async Task<Job> ReadAsync(S2MClient client, string jobId)
    {
        await Task.Yield();
        Job? job = null;
        try
        {
            await foreach (WatchJobResponse happened in client.Jobs.WatchAsync(
                jobId, cursor: null, _ => Interlocked.Increment(ref _reconnections), TestContext.Current.CancellationToken))
            {
                job = happened.Job ?? job;
                lock (_lock)
                {
                    _events.Add(happened);
                    _waiting.Where(waiting => waiting.Condition(happened)).ToList().ForEach(waiting => waiting.Seen.TrySetResult());
                }
            }

            return job!;
        }
        finally
        {
            lock (_lock)
            {
                _waiting.ForEach(waiting => waiting.Seen.TrySetException(Missing()));
            }
        }
    }

    private InvalidOperationException Missing()
    {
        lock (_lock)
        {
            string events = string.Join('\n', _events.Where(happened => happened.Step is null).Select(happened => happened.ToString()));
            return new InvalidOperationException($"the event did not come; {Steps.Length} steps and these events did:\n{events}\n{_remains()}");
        }
    }
}
