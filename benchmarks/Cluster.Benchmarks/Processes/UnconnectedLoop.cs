using S2M.Model.Benchmarks;

namespace S2M.Cluster.Benchmarks.Processes;

/// <summary>A training loop in a process of its own, without a service, that goes on for ever and is stopped while others have their turn.</summary>
internal sealed class UnconnectedLoop : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private readonly ServiceProcess _process;
    private readonly CheckpointTimes _times;
    private readonly int _every;

    private UnconnectedLoop(ServiceProcess process, string folder, int every) => (_process, _times, _every) = (process, new CheckpointTimes(folder), every);

    /// <summary>Starts it.</summary>
    /// <param name="core">The core that it is bound to.</param>
    /// <param name="folder">Where its checkpoints go.</param>
    /// <param name="settings">Of the job.</param>
    /// <param name="every">Steps from one checkpoint to the next.</param>
    internal static UnconnectedLoop Start(int core, string folder, IReadOnlyList<string> settings, int every) => new(LocalRun.Start(core, folder, settings), folder, every);

    /// <summary>Lets all of some loops make some more steps at the same time; they are stopped before and after, unless this is their first turn.</summary>
    /// <param name="loops">The loops.</param>
    /// <param name="steps">Steps of each: a multiple of those between two checkpoints.</param>
    /// <returns>Seconds that each took for them.</returns>
    internal static async Task<double[]> RunAsync(IReadOnlyList<UnconnectedLoop> loops, int steps)
    {
        // From the first checkpoint of this turn on: the one before it was written before the loop was stopped.
        int[] first = [.. loops.Select(static loop => loop._times.Newest + loop._every)];
        Signal(loops, ServiceProcess.Continue);
        using var over = new CancellationTokenSource(Patience);
        while (!loops.Zip(first).All(pair => pair.First._times.Newest >= pair.Second + steps))
        {
            loops.ToList().ForEach(static loop => loop._process.RequireAlive());
            if (over.IsCancellationRequested)
            {
                throw new BenchmarkException($"unconnected loops: expected {steps} steps within {Patience.TotalMinutes} min, got fewer");
            }

            await Task.Delay(Look);
        }

        Signal(loops, ServiceProcess.Stop);
        return [.. loops.Zip(first, (loop, from) => loop._times.Between(from, from + steps))];
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static void Signal(IReadOnlyList<UnconnectedLoop> loops, int signal) => loops.ToList().ForEach(loop => loop._process.Signal(signal));
}
