using System.Diagnostics;
using System.Runtime.ExceptionServices;
using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.Diagnostics;
using S2M.Coordinator.Storage;
using S2M.Coordinator.Training;
using S2M.Specification;

namespace S2M.Coordinator.Jobs;

/// <summary>Drives the publication of one checkpoint: does what <see cref="CheckpointPublication"/> asks for, and tells it what came of it.</summary>
/// <param name="place">Where the checkpoint goes; its epoch is the loop's.</param>
/// <param name="isFirst">Whether it is the loop's first.</param>
/// <param name="content">The checkpoint.</param>
/// <param name="validations">Validations up to it.</param>
/// <param name="keep">Which checkpoints are kept.</param>
/// <param name="blobs">Where bytes lie.</param>
/// <param name="store">The rows.</param>
/// <param name="recorder">Writes what happened before.</param>
/// <param name="waits">Is told what is waited for.</param>
/// <param name="time">The clock.</param>
internal sealed class JobPublication(
    CheckpointPlace place,
    bool isFirst,
    CheckpointContent content,
    IReadOnlyList<ValidationRecord> validations,
    KeepSpecification keep,
    ICheckpointBlobs blobs,
    IJobStore store,
    JobRecorder recorder,
    JobWaits waits,
    TimeProvider time)
{
    private readonly Queue<PublicationEvent> _events = new([PublicationEvent.Asked]);
    private CheckpointPublication _state = CheckpointPublication.Idle with { IsFirst = isFirst };
    private IReadOnlyList<CheckpointRecord> _rows = [];
    private CheckpointRecord[] _old = [];
    private CheckpointPlace[] _lost = [];
    private Exception? _problem;

    /// <summary>Publishes.</summary>
    /// <param name="stopping">The loop stops: what does not answer is tried once more and not waited for.</param>
    /// <exception cref="EpochLostException">The job was taken over.</exception>
    /// <exception cref="StorageException">The store or the database does not answer and the loop stops, or it refuses.</exception>
    /// <exception cref="CoordinatorException">The files could not be written.</exception>
    internal async Task RunAsync(CancellationToken stopping)
    {
        using Activity? activity = CoordinatorInstruments.Activities.StartActivity("checkpoint");
        activity?.SetTag("s2m.step", place.Step);
        long begun = time.GetTimestamp();
        while (!_state.IsOver)
        {
            (_state, IReadOnlyList<PublicationEffect> effects) = _state.On(_events.Dequeue());
            foreach (PublicationEffect effect in effects)
            {
                await DoAsync(effect, stopping);
            }
        }

        activity?.SetTag("s2m.outcome", _state.Phase.ToString());
        if (_state.Phase == PublicationPhase.Lost)
        {
            throw new EpochLostException(place.JobId, place.Epoch);
        }

        if (_state.Phase == PublicationPhase.Failed)
        {
            ExceptionDispatchInfo.Throw(_problem!);
        }

        CoordinatorInstruments.CheckpointDone(time.GetElapsedTime(begun));
    }

    private async Task DoAsync(PublicationEffect effect, CancellationToken stopping)
    {
        if (effect == PublicationEffect.Say)
        {
            bool isWaiting = _state.Pause > TimeSpan.Zero;
            await waits.SayAsync("checkpoint", isWaiting ? $"the checkpoint of step {place.Step}: {_problem!.Message}" : string.Empty);
        }
        else if (effect == PublicationEffect.Warn)
        {
            recorder.Warn($"old checkpoints were not removed behind that of step {place.Step}: {_problem?.Message ?? "the job was taken over"}");
        }
        else
        {
            PublicationEvent happened = effect == PublicationEffect.Pause ? await PauseAsync(stopping) : await TryAsync(effect);
            if (stopping.IsCancellationRequested)
            {
                _events.Enqueue(PublicationEvent.StopAsked);
            }

            _events.Enqueue(happened);
        }
    }

    private async Task<PublicationEvent> PauseAsync(CancellationToken stopping)
    {
        await Task.Delay(_state.Pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return PublicationEvent.PauseOver;
    }

    private async Task<PublicationEvent> TryAsync(PublicationEffect effect)
    {
        try
        {
            bool isOurs = await WorkAsync(effect);
            _problem = null;
            return isOurs ? PublicationEvent.Done : PublicationEvent.Refused;
        }
        catch (EpochLostException)
        {
            _problem = null;
            return PublicationEvent.Refused;
        }
        catch (CoordinatorException problem)
        {
            _problem = problem;
            return problem is StorageException { IsTransient: true } ? PublicationEvent.Away : PublicationEvent.Broken;
        }
    }

    /// <summary>Does a piece of work.</summary>
    /// <returns>False where the row has another epoch.</returns>
    private async Task<bool> WorkAsync(PublicationEffect effect)
    {
        switch (effect)
        {
            case PublicationEffect.WriteFiles:
                await blobs.WriteAsync(place, content, recorder.Warn);
                return true;
            case PublicationEffect.FlushRows:
                await recorder.FlushAsync(CancellationToken.None);
                return true;
            case PublicationEffect.MovePointer:
                var row = new CheckpointRecord(place.Epoch, place.Step, content.ParametersHash, content.Bytes, time.GetUtcNow());
                return await store.PublishCheckpointAsync(place.JobId, row, CancellationToken.None);
            case PublicationEffect.FindOld:
                _rows = await store.CheckpointsAsync(place.JobId, CancellationToken.None);
                IReadOnlyList<CheckpointUses> uses = CheckpointRetention.UsesOf([.. _rows.Select(PlaceOf)], validations, keep);
                _old = [.. _rows.Where((_, i) => uses[i] == CheckpointUses.None)];
                return true;
            case PublicationEffect.FindLost:
                IReadOnlyList<CheckpointPlace> all = await blobs.PlacesAsync(place.JobId);
                IReadOnlyList<(long, int)> lost = CheckpointRetention.LostOf([.. all.Select(one => (one.Epoch, one.Step))], [.. _rows.Select(PlaceOf)], place.Epoch);
                _lost = [.. lost.Select(PlaceAt)];
                return true;
            case PublicationEffect.ForgetOld:
                return _old.Length + _lost.Length == 0 || await store.ForgetCheckpointsAsync(place.JobId, place.Epoch, _old, CancellationToken.None);
            default:
                await RemoveAsync("old checkpoint", _old.Select(record => PlaceAt(PlaceOf(record))));
                await RemoveAsync("what a loop before left", _lost);
                return true;
        }
    }

    private async Task RemoveAsync(string what, IEnumerable<CheckpointPlace> places)
    {
        foreach (CheckpointPlace gone in places)
        {
            try
            {
                await blobs.RemoveAsync(gone);
            }
            catch (Exception problem) when (problem is IOException or StorageException)
            {
                recorder.Warn($"{what} '{blobs.Describe(gone)}' could not be removed: {problem.Message}");
            }
        }
    }

    private CheckpointPlace PlaceAt((long Epoch, int Step) at) => new(place.JobId, at.Epoch, at.Step);

    private static (long Epoch, int Step) PlaceOf(CheckpointRecord record) => (record.Epoch, record.Step);
}
