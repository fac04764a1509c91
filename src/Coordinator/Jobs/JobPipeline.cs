using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.Evaluation;
using S2M.Coordinator.Evaluation.Sets;
using S2M.Coordinator.Reports;
using S2M.Coordinator.Training;
using S2M.Data.Sampling;
using S2M.Numerics.Parameters;
using S2M.Specification;

namespace S2M.Coordinator.Jobs;

/// <summary>From a state to a report: train, test once, write down. The same whoever computes and wherever files go.</summary>
/// <param name="job">The job.</param>
/// <param name="inputs">Its data.</param>
/// <param name="executor">Who computes.</param>
/// <param name="identity">What the run is, for reports.</param>
/// <param name="view">Who is told.</param>
/// <param name="clock">Measures the phases.</param>
public sealed class JobPipeline(
    JobSpecification job, JobInputs inputs, IShareExecutor executor, CheckpointIdentity identity, IRunView view, PhaseClock clock)
{
    /// <summary>Trains from the state's version to the last step.</summary>
    /// <param name="state">Version 0, or what a checkpoint held; taken on in place.</param>
    /// <param name="checkpoints">Where checkpoints are kept.</param>
    /// <param name="cancellationToken">Stops at the next episode, with a checkpoint.</param>
    public Task TrainAsync(TrainingState state, ICheckpointStore checkpoints, CancellationToken cancellationToken)
    {
        Evaluator validation = EvaluatorOf(inputs.Split.Validation, EpisodePhase.Validation);
        view.BeginTraining(job.Training.Steps, state.Snapshot.Version);
        var loop = new TrainingLoop(
            job,
            new EpisodeSampler(inputs.CatalogOf(inputs.Split.Train), inputs.Classes),
            executor,
            checkpoints,
            (snapshot, token) => clock.MeasureAsync("validation", () => ValidateAsync(validation, snapshot, token)),
            view);
        return clock.MeasureQuietlyAsync("training", async () =>
        {
            await loop.RunAsync(state, cancellationToken);
            if (state.History.Fits is { } fits)
            {
                Tell(fits);
            }

            return true;
        });
    }

    private void Tell(FitHistory fits)
    {
        view.Note(fits.Summary);
        if (fits.HasManyLimits)
        {
            view.Warn($"{fits.IterationLimits} of {fits.Fits} mixture fits were not at a fixed point and gave no gradient; use fewer components or a larger variance offset");
        }

        if (fits.HasManyCollapsed)
        {
            view.Warn(
                $"{fits.Collapsed} of {fits.Fits} mixture fits lost a component or their background: this job trains fewer than its head names; "
                + "lower network.variance_offset or network.prior_variance, or choose a head with fewer components");
        }

        if (fits.FailedGradientChecks > 0)
        {
            view.Warn($"{fits.FailedGradientChecks} of {fits.GradientChecks} gradients differ from central differences; run selftest on the workers' machines");
        }
    }

    /// <summary>Tests the state's parameters on classes that training never saw.</summary>
    /// <param name="state">The end of training.</param>
    /// <param name="onClassified">Is given the report without retrieval as soon as it is known: what fails behind it takes nothing away.</param>
    /// <param name="cancellationToken">Stops at the next chunk of images or group.</param>
    /// <returns>The report, and the same as a page.</returns>
    public async Task<(RunReport Report, string Page)> TestAsync(TrainingState state, Action<RunReport> onClassified, CancellationToken cancellationToken)
    {
        Measured measured = await clock.MeasureAsync(
            "test", () => MeasureAsync(state, classified => onClassified(ReportOf(state, new Measured(classified, [], [], []))), cancellationToken));
        RunReport report = ReportOf(state, measured);
        var pictures = new EpisodePictures(inputs.Images, inputs.Format, inputs.Classes);
        return (report, ReportPage.Write(new ReportContent(report, job, [.. measured.Shown.Select(pictures.Draw)])));
    }

    private async Task<double> ValidateAsync(Evaluator evaluator, ParameterSnapshot snapshot, CancellationToken cancellationToken)
    {
        IReadOnlyList<DescriptorScorer> scorers = await evaluator.EmbedAsync(snapshot, [(ScoringHead.Job, HeadName())], cancellationToken);
        IReadOnlyList<EvaluationResult> rows = await evaluator.EvaluateAsync(scorers, job.Evaluation.ValidationEpisodes, cancellationToken);
        return rows.Average(row => row.Accuracy);
    }

    private async Task<Measured> MeasureAsync(TrainingState state, Action<IReadOnlyList<EvaluationResult>> onClassified, CancellationToken cancellationToken)
    {
        Evaluator evaluator = EvaluatorOf(inputs.Split.Test, EpisodePhase.Test);
        IReadOnlyList<DescriptorScorer> trained = await evaluator.EmbedAsync(state.Snapshot, Heads(), cancellationToken);
        IReadOnlyList<DescriptorScorer> untrained = await evaluator.EmbedAsync(state.Definition.Initial, [(ScoringHead.NearestMean, "untrained")], cancellationToken);
        IReadOnlyList<EvaluationResult> evaluations = await evaluator.EvaluateAsync(
            [.. trained, .. untrained, evaluator.RawPixels(inputs.Images, inputs.Format)], job.Evaluation.Episodes, cancellationToken);
        onClassified(evaluations);
        IReadOnlyList<RetrievalResult> retrievals = await evaluator.RetrieveAsync(trained, inputs.HaveSamePixels, cancellationToken);
        IReadOnlyList<SetResult> sets = await evaluator.EvaluateSetsAsync(
            trained[0],
            inputs.SetsOf(inputs.Split.Test),
            state.Definition.DescriptorSize,
            pool => SetLines.Of(job, HeadName(), state.Definition, pool),
            cancellationToken);

        // The first episode of up to two columns, few ways first: enough to see what the figures mean.
        var shown = new List<ScoredEpisode>();
        int ways = job.Evaluation.Ways.Min();
        foreach (int shots in job.Evaluation.Shots.Distinct().Order().Take(EpisodePictures.Most))
        {
            shown.Add(await evaluator.ScoreEpisodeAsync(trained[0], ways, shots, 0, cancellationToken));
        }

        return new Measured(evaluations, retrievals, sets, shown);
    }

    private RunReport ReportOf(TrainingState state, Measured measured) => new(
        job.Name,
        CanonicalJson.HashOf(job),
        inputs.Version,
        inputs.Split.Hash,
        state.Hash(),
        identity.NumericContract,
        new SortedDictionary<string, ulong>(StringComparer.Ordinal) { ["split"] = job.Split.Seed, ["training"] = job.Training.Seed, ["evaluation"] = job.Evaluation.Seed },
        clock.Seconds,
        measured.Evaluations,
        measured.Retrievals,
        measured.Sets,
        state.History);

    /// <summary>The job's head, and beside it nearest class mean on the same embedding.</summary>
    private (ScoringHead Head, string Name)[] Heads()
        => job.Network.Head == HeadKind.NearestMean
            ? [(ScoringHead.NearestMean, HeadName())]
            : [(ScoringHead.Job, HeadName()), (ScoringHead.NearestMean, HeadKind.NearestMean.Word())];

    private Evaluator EvaluatorOf(IReadOnlyList<int> part, EpisodePhase phase) => new(job.Evaluation, inputs.Classes, inputs.CatalogOf(part), phase, executor);

    private string HeadName() => job.Network.Head.Word();

    /// <summary>What the test phase gives.</summary>
    private sealed record Measured(
        IReadOnlyList<EvaluationResult> Evaluations, IReadOnlyList<RetrievalResult> Retrievals, IReadOnlyList<SetResult> Sets, IReadOnlyList<ScoredEpisode> Shown);
}
