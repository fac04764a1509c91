using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.Storage;
using S2M.Coordinator.Training;
using S2M.Numerics.Parameters;

namespace S2M.Coordinator.Jobs;

/// <summary>
/// A job's checkpoints: files first, then the rows of all that happened before, then the pointer, by compare-and-swap on the epoch. What the job
/// does not ask to be kept goes, a row before its files, and behind a loop's first checkpoint what earlier loops left without a row.
/// </summary>
/// <param name="jobId">The job.</param>
/// <param name="epoch">The loop's epoch.</param>
/// <param name="identity">The run.</param>
/// <param name="blobs">Where bytes lie.</param>
/// <param name="store">The rows.</param>
/// <param name="recorder">Writes what happened before.</param>
/// <param name="waits">Is told what a publication waits for.</param>
/// <param name="time">The clock.</param>
/// <param name="stopping">The loop stops: it does not wait for a store or a database that is away.</param>
internal sealed class JobCheckpoints(
    string jobId, long epoch, CheckpointIdentity identity, ICheckpointBlobs blobs, IJobStore store, JobRecorder recorder, JobWaits waits, TimeProvider time,
    CancellationToken stopping)
    : ICheckpointStore
{
    private bool _isFirst = true;

    /// <inheritdoc/>
    /// <exception cref="EpochLostException">The job was taken over.</exception>
    /// <exception cref="StorageException">
    /// Transient: the loop stops while the database or the store is away; what is written has no row, and counts for nothing. Otherwise the store refuses.
    /// </exception>
    public Task<string> PublishAsync(TrainingState state)
    {
        Func<CheckpointContent> content = CheckpointContent.Copy(state, identity);
        var place = new CheckpointPlace(jobId, epoch, state.Snapshot.Version);
        IReadOnlyList<ValidationRecord> validations = state.History.Validations;
        return Task.Run(async () =>
        {
            await new JobPublication(place, _isFirst, content(), validations, identity.Specification.Training.Keep, blobs, store, recorder, waits, time).RunAsync(stopping);
            _isFirst = false;
            return blobs.Describe(place);
        });
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
}
