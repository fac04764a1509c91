using S2M.Coordinator;
using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.Evaluation;
using S2M.Coordinator.Training;
using S2M.Data.Catalogs;
using S2M.Data.Glyphs;
using S2M.Data.Images;
using S2M.Data.Sampling;
using S2M.Data.Splits;
using S2M.Local.Execution;
using S2M.Local.Progress;
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
    private const string CheckpointFolderName = "checkpoints";
    private readonly JobSpecification _job = request.Specification;

    /// <summary>Runs the job.</summary>
    /// <param name="cancellationToken">Stops at the next episode, with a checkpoint.</param>
    /// <returns>What is written to <c>metrics.json</c>.</returns>
    /// <exception cref="CoordinatorException">The folder holds another run, or the job failed.</exception>
    /// <exception cref="Data.DataException">The data set cannot be used.</exception>
    public async Task<RunReport> RunAsync(CancellationToken cancellationToken)
    {
        view.Phase("opening data");
        using IDataSet data = OpenData();
        ClassSplit split = ClassSplit.Draw(data.Classes, _job.Split.Seed, _job.Split.Train, _job.Split.Validation, _job.Split.Test);
        var images = new DecodedImages(data, 4L << 30);
        var format = new ImageFormat(_job.Data.Size, _job.Data.Channels, _job.Data.Ink);
        await using InProcessExecutor executor = await InProcessExecutor.StartAsync(_job, new PoolTensors(images, format), request.Threads);

        var identity = new CheckpointIdentity(_job, data.Version, split.Hash, NumericContract.Describe("native"));
        NetworkDefinition definition = await executor.CreateParametersAsync(cancellationToken);
        var state = new TrainingState(definition, _job.Optimizer);
        CheckpointFolder checkpoints = Prepare(identity, state);

        long begun = time.GetTimestamp();
        view.Begin(_job.Training.Steps, state.Snapshot.Version);
        Evaluator validation = EvaluatorOf(data, split.Validation, EpisodePhase.Validation, executor);
        await new TrainingLoop(
            _job,
            new EpisodeSampler(CatalogOf(data, split.Train), data.Classes),
            executor,
            checkpoints,
            (snapshot, token) => ValidateAsync(validation, snapshot, token),
            view).RunAsync(state, cancellationToken);
        double training = time.GetElapsedTime(begun).TotalSeconds;

        view.Phase("test");
        begun = time.GetTimestamp();
        Evaluator test = EvaluatorOf(data, split.Test, EpisodePhase.Test, executor);
        IReadOnlyList<EvaluationResult> evaluations = await TestAsync(test, state, images, format, cancellationToken);
        view.Phase("retrieval");
        IReadOnlyList<RetrievalResult> retrievals = await test.RetrieveAsync(
            state.Snapshot, Heads(), (left, right) => images.Get(left, format).Span.SequenceEqual(images.Get(right, format).Span), cancellationToken);
        var report = new RunReport(
            _job.Name,
            CanonicalJson.HashOf(_job),
            data.Version,
            split.Hash,
            state.Hash(),
            identity.NumericContract,
            new SortedDictionary<string, ulong>(StringComparer.Ordinal) { ["split"] = _job.Split.Seed, ["training"] = _job.Training.Seed, ["evaluation"] = _job.Evaluation.Seed },
            new SortedDictionary<string, double>(StringComparer.Ordinal) { ["training"] = training, ["test"] = time.GetElapsedTime(begun).TotalSeconds },
            evaluations,
            retrievals,
            state.History);
        await File.WriteAllTextAsync(Path.Combine(request.Folder, "metrics.json"), report.ToJson(), cancellationToken);
        return report;
    }

    private IDataSet OpenData()
        => request.DataPaths.TryGetValue(_job.Data.Name, out string? path)
            ? DataSets.Open(_job.Data.Name, path)
            : _job.Data.Name == "glyphs"
                ? new GlyphDataSet()
                : throw new Data.DataException($"data set '{_job.Data.Name}': expected a path, got none; give --data {_job.Data.Name}=PATH");

    private CheckpointFolder Prepare(CheckpointIdentity identity, TrainingState state)
    {
        string folder = Path.Combine(request.Folder, CheckpointFolderName);
        if (request.Fresh && !request.Resume && Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        var checkpoints = new CheckpointFolder(folder, identity, view.Warn);
        if (request.Resume)
        {
            string? path = checkpoints.Restore(state);
            view.Phase(path is null ? "no checkpoint yet: starting at step 0" : $"going on from {path}");
        }
        else if (Directory.Exists(folder) && Directory.EnumerateDirectories(folder).Any())
        {
            throw new CoordinatorException($"folder '{request.Folder}': expected no checkpoints, got those of an earlier run; go on with --resume, or choose another --out");
        }

        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(request.Folder, "specification.json"), CanonicalJson.Write(_job));
        return checkpoints;
    }

    private ConceptCatalog CatalogOf(IDataSet data, IReadOnlyList<int> part) => new(data.Classes, part, _job.Data.Rotations);

    private Evaluator EvaluatorOf(IDataSet data, IReadOnlyList<int> part, EpisodePhase phase, IShareExecutor executor)
        => new(_job.Evaluation, data.Classes, CatalogOf(data, part), phase, executor);

    private async Task<double> ValidateAsync(Evaluator evaluator, ParameterSnapshot snapshot, CancellationToken cancellationToken)
    {
        IReadOnlyList<IGroupScorer> scorers = await evaluator.EmbedAsync(snapshot, [(ScoringHead.Job, HeadName())], cancellationToken);
        IReadOnlyList<EvaluationResult> rows = await evaluator.EvaluateAsync(scorers, _job.Evaluation.ValidationEpisodes, cancellationToken);
        return rows.Average(row => row.Accuracy);
    }

    private async Task<IReadOnlyList<EvaluationResult>> TestAsync(
        Evaluator evaluator, TrainingState state, DecodedImages images, ImageFormat format, CancellationToken cancellationToken)
    {
        IReadOnlyList<IGroupScorer> trained = await evaluator.EmbedAsync(state.Snapshot, Heads(), cancellationToken);
        IReadOnlyList<IGroupScorer> untrained = await evaluator.EmbedAsync(state.Definition.Initial, [(ScoringHead.NearestMean, "untrained")], cancellationToken);
        return await evaluator.EvaluateAsync([.. trained, .. untrained, evaluator.RawPixels(images, format)], _job.Evaluation.Episodes, cancellationToken);
    }

    /// <summary>The job's head, and beside it nearest class mean on the same embedding.</summary>
    private (ScoringHead Head, string Name)[] Heads()
        => _job.Network.Head == HeadKind.NearestMean
            ? [(ScoringHead.NearestMean, HeadName())]
            : [(ScoringHead.Job, HeadName()), (ScoringHead.NearestMean, "nearest_mean")];

    private string HeadName() => _job.Network.Head == HeadKind.Gauss ? "gauss" : "nearest_mean";
}
