using System.Diagnostics;
using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.Diagnostics;
using S2M.Coordinator.Storage;
using S2M.Coordinator.Training;
using S2M.Numerics.Parameters;

namespace S2M.Coordinator.Jobs;

/// <summary>
/// A job's checkpoints: files first, then the rows of all that happened before, then the pointer, by compare-and-swap on the epoch. Version 0 and the newest
/// few are kept; a row goes before its files.
/// </summary>
/// <param name="jobId">The job.</param>
/// <param name="epoch">The loop's epoch.</param>
/// <param name="identity">The run.</param>
/// <param name="blobs">Where bytes lie.</param>
/// <param name="store">The rows.</param>
/// <param name="recorder">Writes what happened before.</param>
/// <param name="time">The clock.</param>
/// <param name="stopping">The loop stops: it does not wait for a database that is away.</param>
internal sealed class JobCheckpoints(
    string jobId, long epoch, CheckpointIdentity identity, ICheckpointBlobs blobs, IJobStore store, JobRecorder recorder, TimeProvider time, CancellationToken stopping)
    : ICheckpointStore
{
    private const int Kept = 3;

    /// <inheritdoc/>
    /// <exception cref="EpochLostException">The job was taken over.</exception>
    /// <exception cref="StorageException">Transient: the loop stops while the database is away. The files lie there without a row.</exception>
    public async Task<string> PublishAsync(TrainingState state)
    {
        using Activity? activity = CoordinatorInstruments.Activities.StartActivity("checkpoint");
        activity?.SetTag("s2m.step", state.Snapshot.Version);
        long begun = time.GetTimestamp();
        CheckpointContent content = CheckpointContent.Copy(state, identity)();
        var place = new CheckpointPlace(jobId, epoch, content.Step);
        await StoreRetries.RunAsync(() => blobs.WriteAsync(place, content, recorder.Warn), time, stopping);
        await StoreRetries.RunAsync(() => recorder.FlushAsync(CancellationToken.None), time, stopping);
        var record = new CheckpointRecord(epoch, content.Step, content.ParametersHash, content.Bytes, time.GetUtcNow());
        bool published = false;
        await StoreRetries.RunAsync(async () => published = await store.PublishCheckpointAsync(jobId, record, CancellationToken.None), time, stopping);
        if (!published)
        {
            throw new EpochLostException(jobId, epoch);
        }

        await StoreRetries.RunAsync(RemoveOldAsync, time, stopping);
        CoordinatorInstruments.CheckpointDone(time.GetElapsedTime(begun));
        return blobs.Describe(place);
    }

    /// <summary>Takes the newest whole checkpoint over into a state; those that are damaged are passed by, with a warning.</summary>
    /// <param name="state">A fresh state of the same job.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The checkpoint's row, or null where there is none.</returns>
    internal async Task<CheckpointRecord?> RestoreAsync(TrainingState state, CancellationToken cancellationToken)
    {
        foreach (CheckpointRecord record in (await store.CheckpointsAsync(jobId, cancellationToken)).Reverse())
        {
            CheckpointPlace place = PlaceOf(record);
            try
            {
                CheckpointManifest manifest = await blobs.ReadManifestAsync(place, cancellationToken);
                identity.Require(manifest, blobs.Describe(place));
                await blobs.RestoreAsync(place, manifest, state, cancellationToken);
                return record;
            }
            catch (Exception problem) when (CheckpointReader.IsDamage(problem))
            {
                recorder.Warn($"checkpoint '{blobs.Describe(place)}' cannot be used, the one before it is tried: {problem.Message}");
            }
        }

        return null;
    }

    /// <summary>Version 0, which the canary is computed with: from its checkpoint, or the state itself where nothing was stepped.</summary>
    /// <exception cref="CoordinatorException">The checkpoint is gone or damaged.</exception>
    internal async Task<ParameterSnapshot> FirstVersionAsync(TrainingState state, CancellationToken cancellationToken)
    {
        if (state.Snapshot.Version == 0)
        {
            return state.Snapshot;
        }

        CheckpointRecord first = (await store.CheckpointsAsync(jobId, cancellationToken)).LastOrDefault(record => record.Step == 0)
            ?? throw new CoordinatorException($"job {jobId}: expected the checkpoint of version 0, got none; submit the job again");
        try
        {
            return await blobs.ReadParametersAsync(PlaceOf(first), state.Definition, cancellationToken);
        }
        catch (Exception problem) when (CheckpointReader.IsDamage(problem))
        {
            throw new CoordinatorException($"checkpoint '{blobs.Describe(PlaceOf(first))}' (version 0) cannot be used: {problem.Message}; submit the job again", problem);
        }
    }

    /// <summary>The numeric contract of the newest checkpoint that can be read; empty where there is none.</summary>
    internal static async Task<string> ContractOfAsync(
        IReadOnlyList<CheckpointRecord> records, string jobId, ICheckpointBlobs blobs, CancellationToken cancellationToken)
    {
        foreach (CheckpointRecord record in records.Reverse())
        {
            try
            {
                return (await blobs.ReadManifestAsync(new CheckpointPlace(jobId, record.Epoch, record.Step), cancellationToken)).NumericContract;
            }
            catch (Exception problem) when (CheckpointReader.IsDamage(problem))
            {
                // Whoever restores says so.
            }
        }

        return string.Empty;
    }

    private CheckpointPlace PlaceOf(CheckpointRecord record) => new(jobId, record.Epoch, record.Step);

    private async Task RemoveOldAsync()
    {
        IReadOnlyList<CheckpointRecord> all = await store.CheckpointsAsync(jobId, CancellationToken.None);

        // By epoch before step: behind damaged ones of an earlier loop, the new ones of this loop are the newest, though their steps are lower.
        CheckpointRecord[] old = [.. all.Where(record => record.Step > 0).OrderBy(record => record.Epoch).ThenBy(record => record.Step).SkipLast(Kept)];
        if (old.Length == 0 || !await store.ForgetCheckpointsAsync(jobId, epoch, old, CancellationToken.None))
        {
            return;
        }

        foreach (CheckpointPlace place in old.Select(PlaceOf))
        {
            try
            {
                await blobs.RemoveAsync(place);
            }
            catch (Exception problem) when (problem is IOException or StorageException)
            {
                recorder.Warn($"old checkpoint '{blobs.Describe(place)}' could not be removed: {problem.Message}");
            }
        }
    }
}
