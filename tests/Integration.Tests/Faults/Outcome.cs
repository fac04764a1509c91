using System.Globalization;
using S2M.Coordinator.Checkpoints;
using S2M.Integration.Tests.Processes;
using S2M.Protos.V1;

namespace S2M.Integration.Tests.Faults;

/// <summary>What holds at the end of a small job, whatever happened on its way.</summary>
internal static class Outcome
{
    // As jobs/quickstart.yaml has it.
    private const int EpisodesPerStep = 2;

    /// <summary>The job has the bits of one process, every step was seen once, and every episode counted once.</summary>
    /// <param name="watcher">Followed the job.</param>
    /// <param name="reference">The job in one process.</param>
    /// <param name="rows">Its rows.</param>
    /// <returns>The job.</returns>
    internal static async Task<Job> AssertAsync(Watcher watcher, Reference reference, JobRows rows) => await AssertAsync(watcher, await reference.HashAsync(), rows);

    /// <inheritdoc cref="AssertAsync(Watcher, Reference, JobRows)"/>
    internal static async Task<Job> AssertAsync(Watcher watcher, string hash, JobRows rows)
    {
        Job end = await watcher.EndAsync();
        end.State.ShouldBe(JobState.Succeeded, end.Reason);
        end.ParametersHash.ShouldBe(hash);
        watcher.Steps.ShouldBe(Enumerable.Range(1, SmallJob.Steps));
        (await rows.CountedAsync()).ShouldBe(
            string.Join(' ', Enumerable.Range(1, SmallJob.Steps).Select(step => string.Create(CultureInfo.InvariantCulture, $"{step}:{EpisodesPerStep}"))));
        return end;
    }

    /// <summary>Every checkpoint that a row names is there. Of no other one but those of loops that were lost: each of them was at one, and no more.</summary>
    /// <param name="state">The coordinators' folder.</param>
    /// <param name="job">The job.</param>
    /// <param name="rows">Its rows.</param>
    internal static async Task AssertFilesAsync(string state, Job job, JobRows rows)
    {
        string[] named = await rows.CheckpointsAsync();
        string[] there = Checkpoints(state, job);
        there.Intersect(named, StringComparer.Ordinal).ShouldBe(named, ignoreOrder: true);
        string[] orphans = [.. there.Except(named, StringComparer.Ordinal)];
        string current = job.Epoch.ToString("D6", CultureInfo.InvariantCulture);
        orphans.ShouldAllBe(path => !path.StartsWith(current, StringComparison.Ordinal), $"orphans: {string.Join(' ', orphans)}");
        orphans.GroupBy(path => path.Split('/')[0], StringComparer.Ordinal).ShouldAllBe(epoch => epoch.Count() == 1, $"orphans: {string.Join(' ', orphans)}");
    }

    /// <summary>Whole checkpoints below a job's folder, as <c>epoch/step</c>, in order.</summary>
    internal static string[] Checkpoints(string state, Job job)
    {
        string folder = Path.Combine(state, "jobs", job.JobId);
        return [.. Directory.GetDirectories(folder).Order(StringComparer.Ordinal)
            .SelectMany(StepFolders.FinishedIn).Select(step => Path.GetRelativePath(folder, step.Path))];
    }
}
