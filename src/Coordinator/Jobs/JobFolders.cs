using System.Globalization;
using Microsoft.Extensions.Options;
using S2M.Coordinator.Hosting;

namespace S2M.Coordinator.Jobs;

/// <summary>Where a job's files lie: <c>jobs/JOB/EPOCH/step-000200</c>, and beside the epochs <c>metrics.json</c> and <c>report.html</c>.</summary>
/// <param name="options">The state folder.</param>
internal sealed class JobFolders(IOptions<StateOptions> options)
{
    /// <summary>The table and the history as JSON.</summary>
    internal const string Metrics = "metrics.json";

    /// <summary>The same as a page.</summary>
    internal const string Report = "report.html";

    private readonly string _jobs = Path.GetFullPath(Path.Combine(options.Value.Folder, "jobs"));

    /// <summary>The folder of a job.</summary>
    internal string Of(string jobId) => Path.Combine(_jobs, jobId);

    /// <summary>The folder of an epoch's checkpoints.</summary>
    internal string Of(string jobId, long epoch) => Path.Combine(_jobs, jobId, epoch.ToString("D6", CultureInfo.InvariantCulture));

    /// <summary>A parameters file that was uploaded.</summary>
    internal string Parameters(string sha256) => Path.Combine(Path.GetFullPath(options.Value.Folder), "parameters", $"{sha256}.safetensors");
}
