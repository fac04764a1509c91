using System.Diagnostics;
using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.DataSets;
using S2M.Coordinator.Diagnostics;
using S2M.Coordinator.Dispatch;
using S2M.Coordinator.Evaluation;
using S2M.Coordinator.Jobs.Owning;
using S2M.Coordinator.Parameters;
using S2M.Coordinator.Reports;
using S2M.Coordinator.Storage;
using S2M.Coordinator.Training;
using S2M.Coordinator.Workers;
using S2M.Data.Sampling;
using S2M.Numerics.Parameters;
using S2M.Specification;

namespace S2M.Coordinator.Jobs;

/// <summary>One loop of a job, under one epoch: open the data, borrow workers, go on from the newest checkpoint, train, test, end. Off the grain's scheduler.</summary>
/// <param name="record">The job as it is stored.</param>
/// <param name="epoch">The loop's epoch.</param>
/// <param name="directory">Lends workers.</param>
/// <param name="services">The silo's.</param>
internal sealed class JobRun(JobRecord record, long epoch, IWorkerDirectoryGrain directory, JobServices services) : IDisposable
{
    // For the baseline on pixels and the report's pictures; many jobs share this process.
    private const long CacheBytes = 256L << 20;

    private static readonly TimeSpan WriteEvery = TimeSpan.FromMilliseconds(500);

    private readonly string _id = record.Job.Id;
    private readonly JobRecorder _recorder = new(record.Job.Id, epoch, services.History, services.Time);
    private readonly JobWaits _waits = new(record.Job.Id, epoch, services.Store, services.Time);
    private JobWorkers? _workers;

    /// <summary>Which loop of the job this is.</summary>
    internal long Epoch => epoch;

    /// <summary>The silo that had the job when this loop began; empty where none had.</summary>
    internal string OwnerBefore { get; init; } = string.Empty;

    /// <summary>How far the phase in progress has come.</summary>
    internal PhaseProgress? Progress => _recorder.Progress;

    /// <summary>Whether the loop ended because another one has the job.</summary>
    internal bool WasTakenOver { get; private set; }

    /// <summary>Workers that are lent to the job now.</summary>
    internal int Workers => _workers?.Count ?? 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        _recorder.Dispose();
        _waits.Dispose();
    }

    /// <summary>Runs the loop to its end. Cancelled, it keeps its last whole step and leaves the job's state alone; an error ends the job as Failed.</summary>
    /// <param name="cancellationToken">Stops at the next episode.</param>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        using Activity? activity = CoordinatorInstruments.Activities.StartActivity("loop", ActivityKind.Internal, record.Job.TraceParent);
        activity?.SetTag("s2m.job", _id).SetTag("s2m.epoch", epoch);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task writing = WriteAsync(stop);
        try
        {
            string hash = await ComputeAsync(stop.Token);
            await FinishAsync(JobState.Succeeded, "done", hash, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            _recorder.Note("the loop stops with a checkpoint of its last whole step");
        }
        catch (Exception problem) when (problem is EpochLostException or StorageException { IsTransient: true })
        {
            // Taken over, or without a database to begin with: the job stays Running, and the supervisor begins a loop for it as soon as one can run.
            WasTakenOver |= problem is EpochLostException;
            activity?.SetStatus(ActivityStatusCode.Error, problem.Message);
        }
#pragma warning disable CA1031 // Whatever ends a loop is the job's reason: it must not be lost with a task.
        catch (Exception problem)
#pragma warning restore CA1031
        {
            activity?.SetStatus(ActivityStatusCode.Error, problem.Message);
            bool isOurs = problem is CoordinatorException or Data.DataException or SpecificationException;
            string reason = isOurs ? problem.Message : $"unexpected {problem.GetType().Name}: {problem.Message}";
            _recorder.Fail(reason);
            await TryFailAsync(reason, stop.Token);
        }
        finally
        {
            await stop.CancelAsync();
            await writing;
            await FlushLastAsync();
        }
    }

    /// <summary>The job's way: data, workers, state, training, test.</summary>
    /// <returns>SHA-256 of the final parameters.</returns>
    private async Task<string> ComputeAsync(CancellationToken cancellationToken)
    {
        SayWhoIsGone();
        JobSpecification job = CanonicalJson.Read(record.Job.Specification);
        DispatchOptions options = services.Dispatch.Value;
        using DataSetLease data = await services.DataSets.OpenAsync(record.Job.DataVersion, cancellationToken);
        var inputs = new JobInputs(job, data, CacheBytes);
        inputs.CheckEpisodes();
        using PublishedArrays.Loop shelf = services.Arrays.Open(_id, epoch, record.Job.Specification, record.Job.SpecificationHash, record.Job.DataVersion);
        string bound = await BoundContractAsync(cancellationToken);
        await using var workers = new JobWorkers(directory, new Borrower(_id, record.SubmittedAt, bound, []), services.Token, options, services.Time);
        _workers = workers;
        var context = new DispatchContext(
            _id,
            epoch,
            await services.Address.Value,
            record.Job.SpecificationHash,
            waitsFor => _waits.SayAsync("workers", waitsFor),
            WarnAsync,
            _recorder.Lost,
            _recorder.Counted);
        await using var dispatcher = new Dispatcher(context, workers, options, services.Time);
        await using var executor = new DispatchedExecutor(dispatcher, workers, shelf, options, _recorder.OnWork);

        var state = new TrainingState(await executor.CreateParametersAsync(cancellationToken), job.Optimizer);
        string contract = bound.Length > 0 ? bound : executor.NumericContract;
        workers.Bind(contract);
        var identity = new CheckpointIdentity(job, inputs.Version, inputs.Split.Hash, contract);
        var checkpoints = new JobCheckpoints(_id, epoch, identity, services.Checkpoints, services.Store, _recorder, _waits, services.Time, cancellationToken);
        await BeginAsync(state, checkpoints, cancellationToken);
        ParameterSnapshot first = await checkpoints.FirstVersionAsync(state, cancellationToken);
        int gradientLength = first.Parameters.Length + first.Buffers.Length;
        dispatcher.Canary = new Canary(context, () => shelf.PublishForGood(first), WireEpisodes.ToWire(FirstEpisode(job, inputs)), gradientLength, PinAsync);

        var clock = new PhaseClock(_recorder, services.Time);
        var pipeline = new JobPipeline(job, inputs, executor, identity, _recorder, clock);
        if (record.Job.Mode == JobMode.Train)
        {
            await pipeline.TrainAsync(state, checkpoints, cancellationToken);
        }

        (RunReport report, string page) = await pipeline.TestAsync(state, classified => WriteFile(JobFolders.Metrics, classified.ToJson()), cancellationToken);
        WriteFile(JobFolders.Metrics, report.ToJson());
        WriteFile(JobFolders.Report, page);
        return report.ParametersHash;
    }

    // A silo that was killed could not say so itself.
    private void SayWhoIsGone()
    {
        if (OwnerBefore.Length > 0 && OwnerBefore != record.Owner)
        {
            _recorder.Note($"coordinator {OwnerBefore}, which had the job, is gone: {record.Owner} goes on with it");
        }
    }

    /// <summary>Goes on from the newest checkpoint; where there is none, begins with a fresh network or the parameters that the job starts from, as checkpoint 0.</summary>
    private async Task BeginAsync(TrainingState state, JobCheckpoints checkpoints, CancellationToken cancellationToken)
    {
        if (await checkpoints.RestoreAsync(state, cancellationToken) is { } restored)
        {
            _recorder.GoOnFrom(restored.Step);
            return;
        }

        if (record.Job.StartFrom.Length > 0)
        {
            state.Snapshot = await new StartingPoint(services.Store, services.Folders).LoadAsync(record.Job.StartFrom, state.Definition, services.Checkpoints, cancellationToken);
            _recorder.Note($"starting from {record.Job.StartFrom}");
        }

        await checkpoints.PublishAsync(state);
    }

    /// <summary>The contract that earlier loops computed under: pinned in the row, or as the newest checkpoint has it; empty where there is none.</summary>
    private async Task<string> BoundContractAsync(CancellationToken cancellationToken)
        => record.NumericContract.Length > 0
            ? record.NumericContract
            : await JobCheckpoints.ContractOfAsync(await services.Store.CheckpointsAsync(_id, cancellationToken), _id, services.Checkpoints, cancellationToken);

    private async Task<(string Contract, string Hash)> PinAsync(string contract, string hash, CancellationToken cancellationToken)
    {
        JobRecord? pinned = null;
        await StoreRetries.RunAsync(async () => pinned = await services.Store.PinNumericsAsync(_id, epoch, contract, hash, cancellationToken), services.Time, cancellationToken);
        return pinned is null ? throw new EpochLostException(_id, epoch) : (pinned.NumericContract, pinned.Canary);
    }

    private async Task TryFailAsync(string reason, CancellationToken cancellationToken)
    {
        try
        {
            await FinishAsync(JobState.Failed, reason, string.Empty, cancellationToken);
        }
        catch (Exception problem) when (problem is EpochLostException or StorageException { IsTransient: true })
        {
            // The loop that took over, or the one that begins when the database is back, says what becomes of the job.
        }
    }

    private async Task FinishAsync(JobState state, string reason, string hash, CancellationToken cancellationToken)
    {
        await StoreRetries.RunAsync(() => _recorder.FlushAsync(CancellationToken.None), services.Time, cancellationToken);
        bool finished = false;
        await StoreRetries.RunAsync(
            async () => finished = await services.Store.FinishAsync(_id, epoch, state, reason, hash, services.Time.GetUtcNow(), CancellationToken.None),
            services.Time,
            cancellationToken);
        if (finished)
        {
            CoordinatorInstruments.Moved(state.ToString());
        }
    }

    private async Task WriteAsync(CancellationTokenSource stop)
    {
        (long Since, string Problem)? away = null;
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(WriteEvery, services.Time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            long now = services.Time.GetTimestamp();
            try
            {
                await _recorder.FlushAsync(CancellationToken.None);
                if (away is { } over)
                {
                    string span = Duration.Show(services.Time.GetElapsedTime(over.Since));
                    _recorder.Warn($"the database was away for {span}, and what happened meanwhile is written now: {over.Problem}");
                    away = null;
                }

                JobRecord? row = await services.Store.FindAsync(_id, CancellationToken.None);
                if (row is null || !OwnerTransitions.Keeps(row, epoch))
                {
                    // Whoever moved the job on may not have been able to tell this loop: another silo's owner, or one that lost the answer to its write.
                    WasTakenOver |= row?.Epoch > epoch;
                    await stop.CancelAsync();
                }
            }
            catch (EpochLostException)
            {
                WasTakenOver = true;
                await stop.CancelAsync();
            }
            catch (StorageException problem) when (problem.IsTransient)
            {
                // What is collected is still there: it is written in the next round, or before the next checkpoint, which waits for the database.
                away ??= (now, problem.Message);
            }
        }
    }

    private async Task FlushLastAsync()
    {
        try
        {
            await _recorder.FlushAsync(CancellationToken.None);
        }
        catch (Exception problem) when (problem is EpochLostException or StorageException)
        {
            // The loop is over and its rows have another owner, or no database: nothing that a later loop would not write again.
        }
    }

    private Task WarnAsync(string message)
    {
        _recorder.Warn(message);
        return Task.CompletedTask;
    }

    private void WriteFile(string name, string text)
    {
        string path = Path.Combine(services.Folders.Of(_id), name);
        Directory.CreateDirectory(services.Folders.Of(_id));
        DurableFiles.Write(path + ".tmp", System.Text.Encoding.UTF8.GetBytes(text));
        File.Move(path + ".tmp", path, overwrite: true);
    }

    private static Episode FirstEpisode(JobSpecification job, JobInputs inputs)
        => TrainingRoles.Draw(new EpisodeSampler(inputs.CatalogOf(inputs.Split.Train), inputs.Classes), job, 0, 0);
}
