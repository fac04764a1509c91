using S2M.Coordinator.Training;

namespace S2M.Local.Progress;

/// <summary>Shows a run to a person or a program.</summary>
public interface IRunView : ITrainingObserver
{
    /// <summary>A phase begins.</summary>
    /// <param name="name">What happens in it.</param>
    void Phase(string name);

    /// <summary>Training begins.</summary>
    /// <param name="steps">Steps of the job.</param>
    /// <param name="done">Steps made before.</param>
    void Begin(int steps, int done);

    /// <summary>Something needs attention and the run goes on.</summary>
    /// <param name="message">What.</param>
    void Warn(string message);
}
