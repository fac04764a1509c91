namespace S2M.Coordinator.Training;

/// <summary>Who watches a training loop. Nothing it does reaches the parameters.</summary>
public interface ITrainingObserver
{
    /// <summary>A step was made.</summary>
    /// <param name="record">Its figures; loss and accuracy are NaN where every episode was absent.</param>
    /// <param name="episodes">Episodes that were present; 0 where the parameters did not move.</param>
    void OnStep(StepRecord record, int episodes);

    /// <summary>A validation was made.</summary>
    /// <param name="record">Its figures.</param>
    void OnValidation(ValidationRecord record);

    /// <summary>A checkpoint was published.</summary>
    /// <param name="version">Steps made before it.</param>
    /// <param name="path">Its folder.</param>
    void OnCheckpoint(int version, string path);
}
