using S2M.Coordinator.Training;
using S2M.Numerics.Parameters;

namespace S2M.Coordinator.Checkpoints;

/// <summary>
/// Publishes while the loop goes on: one checkpoint at a time, the next one waits for it. Of a network whose vectors are large the loop waits: a checkpoint and a step
/// together would need as many of them again. For one loop.
/// </summary>
/// <param name="store">Where checkpoints are kept.</param>
/// <param name="observer">Is told of each that is published.</param>
internal sealed class BackgroundCheckpoints(ICheckpointStore store, ITrainingObserver observer)
{
    private Task _inFlight = Task.CompletedTask;

    /// <summary>Begins to publish a state, once the publication before is over: steps go on meanwhile, at most to the next checkpoint, unless vectors are large.</summary>
    /// <exception cref="CoordinatorException">The one before failed.</exception>
    internal async Task PublishAsync(TrainingState state)
    {
        await _inFlight;
        await LargeVectors.CollectAsync(state.Snapshot.Parameters.Length);
        _inFlight = ObserveAsync(state.Snapshot.Version, store.PublishAsync(state));
        if (LargeVectors.Are(state.Snapshot.Parameters.Length))
        {
            await _inFlight;
        }
    }

    /// <summary>Fails where a publication has failed, so that the loop hears of it at the next step and not at the next checkpoint. Waits for nothing.</summary>
    internal Task HearAsync() => _inFlight.IsCompleted ? _inFlight : Task.CompletedTask;

    /// <summary>Waits for the publication in flight.</summary>
    /// <exception cref="CoordinatorException">It failed.</exception>
    internal Task CompleteAsync() => _inFlight;

    /// <summary>Waits for the publication in flight, whatever comes of it: behind the end of a loop nothing of it is written.</summary>
    internal async Task SettleAsync() => await _inFlight.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task ObserveAsync(int version, Task<string> publication) => observer.OnCheckpoint(version, await publication);
}
