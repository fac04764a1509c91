namespace S2M.Coordinator.Training;

/// <summary>A step as it is remembered.</summary>
/// <param name="Step">The step, from 1.</param>
/// <param name="Loss">Mean loss over the episodes that were present.</param>
/// <param name="Accuracy">Share of queries whose best concept was their own.</param>
/// <param name="LearningRate">The step's learning rate.</param>
public sealed record StepRecord(int Step, double Loss, double Accuracy, double LearningRate);

/// <summary>A validation as it is remembered.</summary>
/// <param name="Step">Steps made before it.</param>
/// <param name="Accuracy">Mean accuracy over the rows of the protocol.</param>
public sealed record ValidationRecord(int Step, double Accuracy);

/// <summary>What happened so far; part of every checkpoint, so that a resumed job tells the whole story.</summary>
/// <param name="Steps">Every step, in order.</param>
/// <param name="Validations">Every validation, in order.</param>
/// <param name="AbsentEpisodes">Episodes left out because their gradient was not finite.</param>
/// <param name="ZeroDescriptors">Images whose descriptor was zero, over all steps.</param>
/// <param name="FlatHistograms">Concepts whose scores were all alike, over all steps.</param>
public sealed record TrainingHistory(
    IReadOnlyList<StepRecord> Steps, IReadOnlyList<ValidationRecord> Validations, int AbsentEpisodes, long ZeroDescriptors, long FlatHistograms)
{
    /// <summary>Nothing happened yet.</summary>
    public static TrainingHistory Empty { get; } = new([], [], 0, 0, 0);
}
