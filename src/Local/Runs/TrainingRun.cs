using S2M.Coordinator;
using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.Evaluation;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Training;
using S2M.Data.Images;
using S2M.Local.Execution;
using S2M.Specification;
using S2M.Worker.Diagnostics;
using S2M.Worker.Images;

namespace S2M.Local.Runs;

/// <summary>A job from data to report, in this process: open, split, train, test once, write.</summary>
/// <param name="request">What to do.</param>
/// <param name="view">Who is told.</param>
/// <param name="time">Measures the phases.</param>
public sealed class TrainingRun(TrainingRequest request, IRunView view, TimeProvider time)
{
    private readonly JobSpecification _job = request.Specification;
    private readonly PhaseClock _clock = new(view, time);

    /// <summary>Runs the job and writes <c>specification.json</c>, checkpoints, <c>metrics.json</c>, <c>report.html</c> and <c>parameters.safetensors</c>.</summary>
    /// <param name="cancellationToken">Stops at the next episode, with a checkpoint.</param>
    /// <returns>What is written to <c>metrics.json</c>.</returns>
    /// <exception cref="CoordinatorException">The folder holds another run, or the job failed.</exception>
    /// <exception cref="Data.DataException">The data set cannot be used.</exception>
    public async Task<RunReport> RunAsync(CancellationToken cancellationToken)
    {
        using RunFolder folder = RunFolder.Open(request.Folder);
        RefuseOverwriting(folder);
        using IDataSet data = OpenData();
        JobInputs inputs = await _clock.MeasureAsync("data", () => Task.Run(() => Prepare(data, cancellationToken), cancellationToken));
        await using InProcessExecutor executor = await InProcessExecutor.StartAsync(_job, new PoolTensors(inputs.Images, inputs.Format), request.Threads, view.OnWork);

        var identity = new CheckpointIdentity(_job, inputs.Version, inputs.Split.Hash, NumericContract.Describe(NativeEnvironment.NativeLevel));
        var state = new TrainingState(await executor.CreateParametersAsync(cancellationToken), _job.Optimizer);
        CheckpointFolder checkpoints = Prepare(folder, identity, state);

        var pipeline = new JobPipeline(_job, inputs, executor, identity, view, _clock);
        await pipeline.TrainAsync(state, checkpoints, cancellationToken);
        (RunReport report, string page) = await pipeline.TestAsync(state, classified => folder.Write(folder.Metrics, classified.ToJson()), cancellationToken);
        folder.Write(folder.Metrics, report.ToJson());
        folder.Write(folder.Report, page);
        folder.KeepParameters();
        return report;
    }

    private void RefuseOverwriting(RunFolder folder)
    {
        if (!request.Resume && !request.Fresh && folder.HasCheckpoints)
        {
            throw new SpecificationException($"folder '{request.Folder}': expected no checkpoints, got those of an earlier run; go on with --resume, or choose another --out");
        }
    }

    private IDataSet OpenData() => JobData.Open(_job.Data.Name, request.DataPaths);

    private JobInputs Prepare(IDataSet data, CancellationToken cancellationToken)
    {
        var inputs = new JobInputs(_job, data);
        inputs.CheckEpisodes();
        inputs.DecodeAll(request.Threads, view.OnWork, cancellationToken);
        return inputs;
    }

    private CheckpointFolder Prepare(RunFolder folder, CheckpointIdentity identity, TrainingState state)
    {
        var checkpoints = new CheckpointFolder(folder.Checkpoints, identity, view.Warn);
        if (request.Resume)
        {
            string? path = checkpoints.Restore(state);
            view.Note(path is null ? $"no checkpoint in {folder.Checkpoints}: starting at step 0" : $"going on from {path}");
        }
        else if (request.Fresh)
        {
            folder.Clear();
        }

        folder.WriteSpecification(_job);
        return checkpoints;
    }
}
