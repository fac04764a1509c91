using System.Globalization;
using S2M.Cluster.Benchmarks.Measurements;
using S2M.Cluster.Benchmarks.Processes;
using S2M.Integration.Tests.Chaos;
using S2M.Model.Benchmarks.Reports;
using S2M.Protos.V1;

namespace S2M.Cluster.Benchmarks.Chaos;

/// <summary>The jobs of a run, all of one kind, one after the other, and what is known of them past the coordinators.</summary>
/// <param name="steps">Steps of a job.</param>
/// <param name="folder">The folder of the run.</param>
/// <param name="samples">Takes what happened.</param>
internal sealed class ChaosJobs(int steps, string folder, Samples samples)
{
    private const int Episodes = 4;

    // Ends a run that hangs. Without a new step for so long a job does not come on.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly string[] _settings = BenchmarkJob.Settings(
        steps, Episodes, "network.dropout=0.1", string.Create(CultureInfo.InvariantCulture, $"training.checkpoint_every={Math.Max(1, steps / 20)}"));

    private readonly List<JobAudit> _audits = [];
    private LocalRun? _reference;
    private int _begun;

    /// <summary>Trains the job in one process.</summary>
    internal async Task TrainReferenceAsync()
    {
        samples.Settings["job"] = $"conv-4, {steps} steps of {Episodes} episodes, dropout 0.1, a checkpoint every {Math.Max(1, steps / 20)} steps";
        _reference = await LocalRun.TrainAsync(-1, Path.Combine(folder, "reference"), _settings);
        samples.Settings["SHA-256 of one process"] = _reference.Hash;
        samples.Add("training in one process", "s", _reference.TrainingSeconds);
    }

    /// <summary>Trains it on the cluster, again and again.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="rows">Its database.</param>
    /// <param name="duration">No job begins later.</param>
    /// <param name="chaos">Ends only by an error.</param>
    internal async Task TrainAsync(ChaosCluster cluster, JobRows rows, TimeSpan duration, Task chaos)
    {
        long began = Measurement.Now;
        for (int number = 1; number == 1 || TimeProvider.System.GetElapsedTime(began) < duration; number++)
        {
            _begun++;
            long submitted = Measurement.Now;
            var request = new SubmitJobRequest { JobFile = BenchmarkJob.File, Overrides = { _settings }, RequestId = new Guid(number, 0, 0, new byte[8]).ToString() };
            Job job = await cluster.SubmitAsync(request, chaos);
            JobAudit audit = await JobAudit.FollowAsync(rows, job.JobId, Patience, chaos);
            await audit.ReadAsync(rows, Episodes, _reference!, Path.Combine(folder, "state", "jobs", job.JobId));
            _audits.Add(audit);
            samples.Add("a job", "s", Measurement.Seconds(submitted, Measurement.Now));
            samples.Add("loops of a job", "epochs", audit.End.Epoch);
            if (audit.Problems.Count > 0)
            {
                samples.Settings[$"job {number}, {job.JobId}"] = string.Join("; ", audit.Problems);
                await Console.Error.WriteLineAsync($"job {number}, {job.JobId}: {string.Join("; ", audit.Problems)}");
            }

            if (!audit.End.HasEnded)
            {
                return;
            }
        }
    }

    /// <summary>Adds counts and figures; the verdict of the run comes last.</summary>
    internal void Report()
    {
        foreach ((string label, string unit, string name) in new[]
        {
            ("steps", "steps", "episodes_counted"), ("shares leased again", "shares", "losses"), ("backup copies", "shares", "backups"), ("late answers", "answers", "late_answers"),
        })
        {
            samples.AddAll(label, unit, _audits.Sum(audit => name == "episodes_counted" ? audit.Counts.GetValueOrDefault(name).Steps : audit.Counts.GetValueOrDefault(name).Sum));
        }

        Promise("every episode counted once", "% of jobs", static audit => audit.CountsOnce);
        Promise("epochs only grew", "% of jobs", static audit => audit.EpochsGrew);
        Promise("chaos", "% of jobs with the hash of one process and nothing amiss", static audit => audit.Problems.Count == 0);
    }

    private void Promise(string name, string unit, Func<JobAudit, bool> holds)
        => samples.Figures.Add(new Figure(name, 100.0 * _audits.Count(holds) / Math.Max(1, _begun), unit, Bound.AtLeast, 100));
}
