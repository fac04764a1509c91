using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace S2M.Coordinator.Jobs;

/// <summary>The loops of this silo. When the host stops, every one ends with a checkpoint before the silo leaves.</summary>
internal sealed class JobRuns : IHostedService, IDisposable
{
    private readonly ConcurrentDictionary<string, (JobRun Run, CancellationTokenSource Stop, Task Task)> _runs = new(StringComparer.Ordinal);
    private readonly CancellationTokenRegistration _stopping;
    private readonly ILogger<JobRuns> _logger;

    /// <summary>Makes the list.</summary>
    /// <param name="lifetime">Tells when the host stops.</param>
    /// <param name="logger">Told of loops that end by an error that their job could not be told.</param>
    public JobRuns(IHostApplicationLifetime lifetime, ILogger<JobRuns> logger)
    {
        _stopping = lifetime.ApplicationStopping.Register(CancelAll);
        _logger = logger;
    }

    /// <summary>False once the host stops.</summary>
    internal bool AcceptsNew { get; private set; } = true;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        CancelAll();
        return Task.WhenAll(_runs.Values.Select(run => run.Task)).WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    /// <summary>Whether a loop of a job runs here.</summary>
    internal bool IsRunning(string jobId) => _runs.TryGetValue(jobId, out var run) && !run.Task.IsCompleted;

    /// <summary>A job's loop, or null.</summary>
    internal JobRun? Find(string jobId) => _runs.TryGetValue(jobId, out var run) && !run.Task.IsCompleted ? run.Run : null;

    /// <summary>Starts a loop.</summary>
    internal void Start(JobRun run, string jobId)
    {
        var stop = new CancellationTokenSource();
        Task task = Task.Run(async () =>
        {
            using (run)
            {
                try
                {
                    await run.RunAsync(stop.Token);
                    if (run.WasTakenOver)
                    {
                        JobRunsLog.TakenOver(_logger, jobId);
                    }
                }
#pragma warning disable CA1031 // The job could not be told: the operator is.
                catch (Exception problem)
#pragma warning restore CA1031
                {
                    JobRunsLog.Lost(_logger, jobId, problem);
                }
            }
        });
        _runs[jobId] = (run, stop, task);
        foreach (string ended in _runs.Where(pair => pair.Value.Task.IsCompleted).Select(pair => pair.Key))
        {
            _runs.TryRemove(ended, out _);
        }
    }

    /// <summary>Stops a job's loop and waits for its checkpoint; nothing where none runs.</summary>
    internal async Task StopAsync(string jobId)
    {
        if (_runs.TryRemove(jobId, out var run))
        {
            await run.Stop.CancelAsync();
            await run.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            run.Stop.Dispose();
        }
    }

    private void CancelAll()
    {
        AcceptsNew = false;
        foreach (var run in _runs.Values)
        {
            run.Stop.Cancel();
        }
    }
}
