using S2M.Cluster.Benchmarks.Measurements;
using S2M.Cluster.Benchmarks.Processes;
using S2M.Protos.V1;

namespace S2M.Cluster.Benchmarks.Chaos;

/// <summary>What the database says of a job that went through chaos.</summary>
internal sealed class JobAudit
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private readonly string _jobId;
    private readonly List<string> _problems = [];

    private JobAudit(string jobId, JobRow end, bool epochsGrew) => (_jobId, End, EpochsGrew) = (jobId, end, epochsGrew);

    /// <summary>Where it was seen last.</summary>
    internal JobRow End { get; }

    /// <summary>Whether no epoch was smaller than one before, in its row and in the order of its checkpoints.</summary>
    internal bool EpochsGrew { get; private set; }

    /// <summary>Whether it has succeeded with the parameters of one process.</summary>
    internal bool HasHash { get; private set; }

    /// <summary>Whether each of its steps is there once and counted each of its episodes once.</summary>
    internal bool CountsOnce { get; private set; }

    /// <summary>What its steps took.</summary>
    internal IReadOnlyDictionary<string, (long Sum, long Steps)> Counts { get; private set; } = new Dictionary<string, (long, long)>(StringComparer.Ordinal);

    /// <summary>What is wrong with it, in words.</summary>
    internal IReadOnlyList<string> Problems => _problems;

    /// <summary>Looks at a job until it has ended.</summary>
    /// <param name="rows">The database.</param>
    /// <param name="jobId">The job.</param>
    /// <param name="patience">Gives up where nothing of it has changed for so long.</param>
    /// <param name="chaos">An error of it ends this, too.</param>
    internal static async Task<JobAudit> FollowAsync(JobRows rows, string jobId, TimeSpan patience, Task chaos)
    {
        using var beat = new PeriodicTimer(Beat);
        bool grew = true;
        long changed = Measurement.Now;
        JobRow row = await rows.FindAsync(jobId);
        while (!row.HasEnded && TimeProvider.System.GetElapsedTime(changed) < patience)
        {
            await beat.WaitForNextTickAsync();
            if (chaos.IsCompleted)
            {
                await chaos;
            }

            JobRow next = await rows.FindAsync(jobId);
            grew &= next.Epoch >= row.Epoch;
            changed = next == row ? changed : Measurement.Now;
            row = next;
        }

        return new JobAudit(jobId, row, grew);
    }

    /// <summary>Compares all that is written of it with the job in one process.</summary>
    /// <param name="rows">The database.</param>
    /// <param name="episodes">Episodes of a step.</param>
    /// <param name="reference">The job in one process.</param>
    /// <param name="folder">Where its checkpoints are.</param>
    internal async Task ReadAsync(JobRows rows, int episodes, LocalRun reference, string folder)
    {
        Counts = await rows.CountsAsync(_jobId);
        List<(int Step, double Value)> losses = await rows.FigureAsync(_jobId, "loss");
        int[] steps = [.. Enumerable.Range(1, reference.Losses.Count)];
        CountsOnce = (await rows.FigureAsync(_jobId, "episodes_counted")).SequenceEqual(steps.Select(step => (step, (double)episodes)))
            && losses.Select(static loss => loss.Step).SequenceEqual(steps);
        List<long> epochs = await rows.CheckpointEpochsAsync(_jobId);
        EpochsGrew &= epochs.SequenceEqual(epochs.Order());
        HasHash = End.State == JobState.Succeeded && End.ParametersHash == reference.Hash;
        Note(End.HasEnded, $"it does not come on from step {End.Step}: {End.State} {End.Reason}");
        Note(!End.HasEnded || End.State == JobState.Succeeded, $"it ended as {End.State}: {End.Reason}");
        Note(EpochsGrew, "an epoch was smaller than one before");
        (long counted, long countedSteps) = Counts.GetValueOrDefault("episodes_counted");
        Note(CountsOnce, $"{counted} episodes counted in {countedSteps} steps and {losses.Count} losses, not {episodes} episodes and a loss in each of {steps.Length} steps");
        if (End.State == JobState.Succeeded && !HasHash)
        {
            string? parameters = Directory.GetFiles(folder, "parameters.safetensors", SearchOption.AllDirectories).Order(StringComparer.Ordinal).LastOrDefault();
            _problems.Add($"hash '{End.ParametersHash}'");
            _problems.Add(reference.FirstDifference([.. losses.Select(static loss => loss.Value)], parameters is null ? [] : LocalRun.Read(parameters)));
        }
    }

    private void Note(bool holds, string problem)
    {
        if (!holds)
        {
            _problems.Add(problem);
        }
    }
}
