using System.Text.Json.Serialization;

namespace S2M.Coordinator.Training;

/// <summary>A step as it is remembered.</summary>
/// <param name="Step">The step, from 1.</param>
/// <param name="Loss">Mean loss over the episodes that were present; NaN where every episode was absent and nothing was stepped by.</param>
/// <param name="Accuracy">Share of queries whose best concept was their own; NaN where every episode was absent.</param>
/// <param name="LearningRate">The step's learning rate.</param>
public sealed record StepRecord(int Step, double Loss, double Accuracy, double LearningRate);

/// <summary>A validation as it is remembered.</summary>
/// <param name="Step">Steps made before it.</param>
/// <param name="Accuracy">Mean accuracy over the rows of the protocol.</param>
public sealed record ValidationRecord(int Step, double Accuracy);

/// <summary>What happened so far; part of every checkpoint, so that a resumed job tells the whole story. A value: adding gives a new one.</summary>
/// <param name="Steps">Every step, in order.</param>
/// <param name="Validations">Every validation, in order.</param>
/// <param name="AbsentEpisodes">Episodes left out because their gradient was not finite.</param>
/// <param name="ZeroDescriptors">Images whose descriptor was zero, over all steps.</param>
/// <param name="FlatHistograms">Concepts whose scores were all alike, over all steps.</param>
public sealed record TrainingHistory(
    IReadOnlyList<StepRecord> Steps, IReadOnlyList<ValidationRecord> Validations, int AbsentEpisodes, long ZeroDescriptors, long FlatHistograms)
{
    /// <summary>How mixtures were fitted; null for heads in closed form.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FitHistory? Fits { get; init; }

    /// <summary>Nothing happened yet.</summary>
    public static TrainingHistory Empty { get; } = new([], [], 0, 0, 0);

    /// <summary>The history with one more step, at a cost that does not grow with its length.</summary>
    /// <param name="record">The step.</param>
    internal TrainingHistory With(StepRecord record) => this with { Steps = EventLog<StepRecord>.Append(Steps, record) };

    /// <summary>The history with one more validation.</summary>
    /// <param name="record">The validation.</param>
    internal TrainingHistory With(ValidationRecord record) => this with { Validations = EventLog<ValidationRecord>.Append(Validations, record) };
}
