using S2M.Coordinator;
using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.Evaluation;
using S2M.Coordinator.Training;
using S2M.Data.Sampling;
using S2M.Local.Execution;
using S2M.Local.Progress;
using S2M.Local.Reports;
using S2M.Numerics.Parameters;
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

    /// <summary>Runs the job and writes <c>specification.json</c>, checkpoints, <c>metrics.json</c> and <c>report.html</c>.</summary>
    /// <param name="cancellationToken">Stops at the next episode, with a checkpoint.</param>
    /// <returns>What is written to <c>metrics.json</c>.</returns>
    /// <exception cref="CoordinatorException">The folder holds another run, or the job failed.</exception>
    /// <exception cref="Data.DataException">The data set cannot be used.</exception>
    public async Task<RunReport> RunAsync(CancellationToken cancellationToken)
    {
        using RunFolder folder = RunFolder.Open(request.Folder);
        RefuseOverwriting(folder);
        using RunInputs inputs = await _clock.MeasureAsync("data", () => Task.Run(() => OpenInputs(cancellationToken), cancellationToken));
        await using InProcessExecutor executor = await InProcessExecutor.StartAsync(_job, new PoolTensors(inputs.Images, inputs.Format), request.Threads, view.OnWork);

        var identity = new CheckpointIdentity(_job, inputs.Version, inputs.Split.Hash, NumericContract.Describe(NativeEnvironment.NativeLevel));
        var state = new TrainingState(await executor.CreateParametersAsync(cancellationToken), _job.Optimizer);
        CheckpointFolder checkpoints = Prepare(folder, identity, state);

        await _clock.MeasureQuietlyAsync("training", () => TrainAsync(inputs, executor, checkpoints, state, cancellationToken));

        // Every part of the test is written as soon as it is known: what fails behind it takes nothing away.
        RunReport ReportOf(IReadOnlyList<EvaluationResult> evaluations, IReadOnlyList<RetrievalResult> retrievals) => new(
            _job.Name,
            CanonicalJson.HashOf(_job),
            inputs.Version,
            inputs.Split.Hash,
            state.Hash(),
            identity.NumericContract,
            new SortedDictionary<string, ulong>(StringComparer.Ordinal) { ["split"] = _job.Split.Seed, ["training"] = _job.Training.Seed, ["evaluation"] = _job.Evaluation.Seed },
            _clock.Seconds,
            evaluations,
            retrievals,
            state.History);
        (IReadOnlyList<EvaluationResult> evaluations, IReadOnlyList<RetrievalResult> retrievals, IReadOnlyList<ScoredEpisode> shown) = await _clock.MeasureAsync(
            "test", () => TestAsync(inputs, executor, state, classified => folder.Write(folder.Metrics, ReportOf(classified, []).ToJson()), cancellationToken));

        RunReport report = ReportOf(evaluations, retrievals);
        folder.Write(folder.Metrics, report.ToJson());
        var pictures = new EpisodePictures(inputs.Images, inputs.Format, inputs.Classes);
        folder.Write(folder.Report, ReportPage.Write(new ReportContent(report, _job, [.. shown.Select(pictures.Draw)])));
        return report;
    }

    private void RefuseOverwriting(RunFolder folder)
    {
        if (!request.Resume && !request.Fresh && folder.HasCheckpoints)
        {
            throw new CoordinatorException($"folder '{request.Folder}': expected no checkpoints, got those of an earlier run; go on with --resume, or choose another --out");
        }
    }

    private RunInputs OpenInputs(CancellationToken cancellationToken)
    {
        RunInputs inputs = RunInputs.Open(_job, request.DataPaths);
        try
        {
            inputs.CheckEpisodes();
            inputs.DecodeAll(request.Threads, view.OnWork, cancellationToken);
            return inputs;
        }
        catch
        {
            inputs.Dispose();
            throw;
        }
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

    private async Task<bool> TrainAsync(
        RunInputs inputs, InProcessExecutor executor, CheckpointFolder checkpoints, TrainingState state, CancellationToken cancellationToken)
    {
        Evaluator validation = EvaluatorOf(inputs, inputs.Split.Validation, EpisodePhase.Validation, executor);
        view.BeginTraining(_job.Training.Steps, state.Snapshot.Version);
        await new TrainingLoop(
            _job,
            new EpisodeSampler(inputs.CatalogOf(inputs.Split.Train), inputs.Classes),
            executor,
            checkpoints,
            (snapshot, token) => _clock.MeasureAsync("validation", () => ValidateAsync(validation, snapshot, token)),
            view).RunAsync(state, cancellationToken);
        return true;
    }

    private async Task<double> ValidateAsync(Evaluator evaluator, ParameterSnapshot snapshot, CancellationToken cancellationToken)
    {
        IReadOnlyList<DescriptorScorer> scorers = await evaluator.EmbedAsync(snapshot, [(ScoringHead.Job, HeadName())], cancellationToken);
        IReadOnlyList<EvaluationResult> rows = await evaluator.EvaluateAsync(scorers, _job.Evaluation.ValidationEpisodes, cancellationToken);
        return rows.Average(row => row.Accuracy);
    }

    private async Task<(IReadOnlyList<EvaluationResult> Evaluations, IReadOnlyList<RetrievalResult> Retrievals, IReadOnlyList<ScoredEpisode> Shown)> TestAsync(
        RunInputs inputs, InProcessExecutor executor, TrainingState state, Action<IReadOnlyList<EvaluationResult>> onClassified, CancellationToken cancellationToken)
    {
        Evaluator evaluator = EvaluatorOf(inputs, inputs.Split.Test, EpisodePhase.Test, executor);
        IReadOnlyList<DescriptorScorer> trained = await evaluator.EmbedAsync(state.Snapshot, Heads(), cancellationToken);
        IReadOnlyList<DescriptorScorer> untrained = await evaluator.EmbedAsync(state.Definition.Initial, [(ScoringHead.NearestMean, "untrained")], cancellationToken);
        IReadOnlyList<EvaluationResult> evaluations = await evaluator.EvaluateAsync(
            [.. trained, .. untrained, evaluator.RawPixels(inputs.Images, inputs.Format)], _job.Evaluation.Episodes, cancellationToken);
        onClassified(evaluations);
        IReadOnlyList<RetrievalResult> retrievals = await evaluator.RetrieveAsync(trained, inputs.HaveSamePixels, cancellationToken);

        // The first episode of up to two columns, few ways first: enough to see what the figures mean.
        var shown = new List<ScoredEpisode>();
        int ways = _job.Evaluation.Ways.Min();
        foreach (int shots in _job.Evaluation.Shots.Distinct().Order().Take(EpisodePictures.Most))
        {
            shown.Add(await evaluator.ScoreEpisodeAsync(trained[0], ways, shots, 0, cancellationToken));
        }

        return (evaluations, retrievals, shown);
    }

    /// <summary>The job's head, and beside it nearest class mean on the same embedding.</summary>
    private (ScoringHead Head, string Name)[] Heads()
        => _job.Network.Head == HeadKind.NearestMean
            ? [(ScoringHead.NearestMean, HeadName())]
            : [(ScoringHead.Job, HeadName()), (ScoringHead.NearestMean, "nearest_mean")];

    private Evaluator EvaluatorOf(RunInputs inputs, IReadOnlyList<int> part, EpisodePhase phase, InProcessExecutor executor)
        => new(_job.Evaluation, inputs.Classes, inputs.CatalogOf(part), phase, executor);

    private string HeadName() => _job.Network.Head == HeadKind.Gauss ? "gauss" : "nearest_mean";
}
