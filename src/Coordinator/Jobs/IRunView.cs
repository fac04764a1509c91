using S2M.Coordinator.Training;

namespace S2M.Coordinator.Jobs;

/// <summary>Shows a run to a person or a program. Safe for concurrent use.</summary>
public interface IRunView : ITrainingObserver
{
    /// <summary>A phase begins; what went on before is over.</summary>
    /// <param name="name">What happens in it.</param>
    void Begin(string name);

    /// <summary>Training begins.</summary>
    /// <param name="steps">Steps of the job.</param>
    /// <param name="done">Steps made before.</param>
    void BeginTraining(int steps, int done);

    /// <summary>A phase has come so far.</summary>
    /// <param name="unit">What is counted.</param>
    /// <param name="done">How many are done.</param>
    /// <param name="total">How many there are.</param>
    void OnWork(string unit, int done, int total);

    /// <summary>A phase is over and training, if it was within it, goes on.</summary>
    /// <param name="name">The phase.</param>
    /// <param name="spent">How long it took.</param>
    void Finish(string name, TimeSpan spent);

    /// <summary>Something worth a line.</summary>
    /// <param name="message">What.</param>
    void Note(string message);

    /// <summary>Something needs attention and the run goes on.</summary>
    /// <param name="message">What.</param>
    void Warn(string message);
}
