using S2M.Coordinator.Checkpoints;
using S2M.Data.Sampling;
using S2M.Numerics.Averaging;
using S2M.Numerics.Optimizers;
using S2M.Numerics.Parameters;
using S2M.Specification;

namespace S2M.Coordinator.Training;

/// <summary>
/// The map of training: sample the step's episodes, have their gradients computed, average along the fixed tree, step the optimiser, take the running
/// statistics on, and every so often validate and keep a checkpoint. The same loop runs over any <see cref="IShareExecutor"/>.
/// </summary>
/// <param name="specification">The job.</param>
/// <param name="sampler">Draws from the training classes.</param>
/// <param name="executor">Who computes.</param>
/// <param name="checkpoints">Where checkpoints are kept.</param>
/// <param name="validate">Gives the mean validation accuracy of a version.</param>
/// <param name="observer">Who watches.</param>
public sealed class TrainingLoop(
    JobSpecification specification,
    EpisodeSampler sampler,
    IShareExecutor executor,
    ICheckpointStore checkpoints,
    Func<ParameterSnapshot, CancellationToken, Task<double>> validate,
    ITrainingObserver observer)
{
    private readonly TrainingSpecification _training = specification.Training;
    private readonly BackgroundCheckpoints _checkpoints = new(checkpoints, observer);
    private readonly LearningRateSchedule _schedule = new(
        specification.Optimizer.LearningRate, specification.Optimizer.WarmUpSteps, specification.Training.Steps, specification.Optimizer.CosineDecay);

    /// <summary>Trains from the state's version to the last step. Cancelled, it keeps a checkpoint of the last whole step first.</summary>
    /// <param name="state">Version 0, or what a checkpoint held; taken on in place. Of no use after a failure: its moments may be ahead of its version.</param>
    /// <param name="cancellationToken">Stops at the next episode boundary.</param>
    /// <exception cref="OperationCanceledException">Cancelled; the checkpoint of the last whole step is there.</exception>
    /// <exception cref="CoordinatorException">
    /// Too many episodes were not finite, the optimiser's result is not finite, the network lacks a metric, an answer does not fit the network, or a
    /// checkpoint could not be written.
    /// </exception>
    public async Task RunAsync(TrainingState state, CancellationToken cancellationToken)
    {
        var metrics = new LeafMetrics(state.Definition.MetricNames);
        try
        {
            // A run that was stopped within a validation makes that one first, so that its history is that of a run that never stopped.
            await CloseStepAsync(state, publish: IsValidationMissing(state), cancellationToken);
            while (state.Snapshot.Version < _training.Steps)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await _checkpoints.HearAsync();
                await StepAsync(state, metrics, cancellationToken);
                await CloseStepAsync(state, publish: IsDue(state.Snapshot.Version, _training.CheckpointEvery), cancellationToken);
            }

            await _checkpoints.CompleteAsync();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await _checkpoints.PublishAsync(state);
            await _checkpoints.CompleteAsync();
            throw;
        }
        finally
        {
            await _checkpoints.SettleAsync();
        }
    }

    /// <summary>One step. A method of its own, so that its gradient is gone when the next one begins.</summary>
    private async Task StepAsync(TrainingState state, LeafMetrics metrics, CancellationToken cancellationToken)
    {
        int step = state.Snapshot.Version;
        Episode[] episodes = SampleStep(step);
        EpisodeSum sum = await executor.ComputeGradientAsync(state.Snapshot, episodes, cancellationToken);
        RequireFit(state.Definition, sum, episodes.Length);
        CountAbsent(state, episodes.Length - sum.Present);
        Advance(state, sum, metrics, _schedule.At(step));
    }

    private Episode[] SampleStep(int step)
        => [.. Enumerable.Range(0, _training.EpisodesPerStep).Select(index => TrainingRoles.Draw(sampler, specification, step, index))];

    private static void RequireFit(NetworkDefinition definition, EpisodeSum sum, int episodes)
    {
        int values = definition.Parameters.Count + definition.Buffers.Count;
        bool fits = sum.Values.Length == values && sum.Metrics.Length == definition.MetricNames.Count;
        if (sum.Present < 0 || sum.Present > episodes || (sum.Present > 0 && !fits))
        {
            throw new CoordinatorException(
                $"gradient: expected 0 to {episodes} episodes, {values} values and {definition.MetricNames.Count} metrics, "
                + $"got {sum.Present}, {sum.Values.Length} and {sum.Metrics.Length}; workers must build the job's own network");
        }
    }

    private void CountAbsent(TrainingState state, int absent)
    {
        state.History = state.History with { AbsentEpisodes = state.History.AbsentEpisodes + absent };
        if (state.History.AbsentEpisodes > _training.NonFiniteBudget)
        {
            throw new CoordinatorException(
                $"step {state.Snapshot.Version + 1}: {state.History.AbsentEpisodes} episodes gave a gradient that is not finite, expected at most {_training.NonFiniteBudget} "
                + "(training.non_finite_budget); lower optimizer.learning_rate or raise network.variance_offset, and go on from the last checkpoint");
        }
    }

    private void Advance(TrainingState state, EpisodeSum sum, LeafMetrics metrics, double learningRate)
    {
        StepRecord record;
        if (sum.Present == 0)
        {
            // Nothing to step by: the version moves on, so that the next step draws other episodes.
            state.Snapshot = state.Snapshot with { Version = state.Snapshot.Version + 1 };
            record = new StepRecord(state.Snapshot.Version, double.NaN, double.NaN, learningRate);
        }
        else
        {
            ParameterSnapshot next = StepUpdate.Apply(state, sum, learningRate, (float)_training.BatchNormMomentum);
            if (!StepUpdate.IsFinite(next, state.Optimizer))
            {
                throw new CoordinatorException(
                    $"step {next.Version}: the optimiser gave values that are not finite; the last checkpoint is kept; lower optimizer.learning_rate and go on from it");
            }

            state.Snapshot = next;
            state.History = state.History with
            {
                ZeroDescriptors = state.History.ZeroDescriptors + (long)sum.Metrics[metrics.ZeroDescriptors],
                FlatHistograms = state.History.FlatHistograms + (long)sum.Metrics[metrics.FlatHistograms],
                Fits = metrics.FitsOf(sum.Metrics) is { } fits ? state.History.Fits?.Plus(fits) ?? fits : state.History.Fits,
            };
            double accuracy = sum.Metrics[metrics.Hits] / sum.Metrics[metrics.Queries];
            record = new StepRecord(next.Version, sum.Metrics[metrics.Loss] / sum.Present, accuracy, learningRate);
        }

        state.History = state.History.With(record);
        observer.OnStep(record, sum.Present);
    }

    /// <summary>What is due behind the state's last step: a validation that is not in its history yet, then a checkpoint.</summary>
    private async Task CloseStepAsync(TrainingState state, bool publish, CancellationToken cancellationToken)
    {
        if (IsValidationMissing(state))
        {
            var record = new ValidationRecord(state.Snapshot.Version, await validate(state.Snapshot, cancellationToken));
            state.History = state.History.With(record);
            observer.OnValidation(record);
        }

        if (publish)
        {
            await _checkpoints.PublishAsync(state);
        }
    }

    private bool IsValidationMissing(TrainingState state)
        => state.Snapshot.Version > 0 && IsDue(state.Snapshot.Version, _training.ValidateEvery)
            && !(state.History.Validations is [.., { } last] && last.Step == state.Snapshot.Version);

    private bool IsDue(int done, int every) => done == _training.Steps || (every > 0 && done % every == 0);
}
