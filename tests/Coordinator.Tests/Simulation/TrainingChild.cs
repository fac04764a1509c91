using S2M.Specification;

namespace S2M.Coordinator.Tests.Simulation;

/// <summary>A run in a process of its own, which a test kills or starves.</summary>
internal static class TrainingChild
{
    internal const int Failed = 3;

    /// <summary>The job that the child runs.</summary>
    internal static SimulatedJob JobOf(int steps, int size) => new()
    {
        Specification = SimulatedJob.Specify(new TrainingSpecification { Steps = steps, EpisodesPerStep = 2, CheckpointEvery = 1, ValidateEvery = 0 }),
        Executor = new QuadraticExecutor(size),
    };

    /// <summary>Goes on from the newest checkpoint, a checkpoint each step, and says so.</summary>
    internal static async Task<int> RunAsync(string folder, int steps, int size)
    {
        SimulatedJob job = JobOf(steps, size);
        try
        {
            await job.ResumeAsync(folder, new RecordingObserver { OnPublished = version => Console.Out.WriteLine(version) });
            return 0;
        }
        catch (CoordinatorException problem)
        {
            Console.Out.WriteLine(problem.Message);
            return Failed;
        }
    }
}
