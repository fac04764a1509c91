using System.Globalization;
using System.Text.Json;
using S2M.Cli.Following;
using S2M.Cli.Output;
using S2M.Client.Jobs;
using S2M.Coordinator;
using S2M.Local.Runs;
using S2M.Protos.V1;
using S2M.Specification;

namespace S2M.Local.Service;

/// <summary>A job through the service: submitted or gone on with, followed to its end, its results fetched into a folder.</summary>
/// <param name="service">The service.</param>
/// <param name="folder">Where results go; <c>job.json</c> there names the job.</param>
internal sealed class ServiceRun(LocalService service, string folder)
{
    private static readonly string[] ResultFiles = ["metrics.json", "report.html", RunFolder.ParametersFile];

    private string JobFile => Path.Combine(folder, "job.json");

    /// <summary>The job that the folder belongs to, as far as it was submitted.</summary>
    internal string JobId { get; private set; } = string.Empty;

    /// <summary>Where the parameters go.</summary>
    internal string Parameters => Path.GetFullPath(Path.Combine(folder, RunFolder.ParametersFile));

    /// <summary>Submits a job, or goes on with the folder's, and follows it.</summary>
    /// <param name="job">The job.</param>
    /// <param name="resume">Goes on with the folder's job.</param>
    /// <param name="fresh">Cancels an earlier job of the folder that is not at its end; otherwise such a one is refused.</param>
    /// <param name="cancellationToken">Ends the following.</param>
    /// <exception cref="CoordinatorException">The folder's job cannot be gone on with.</exception>
    /// <exception cref="S2M.Client.S2MException">The service refused.</exception>
    internal async Task<FollowedJob> RunAsync(CommandJob job, bool resume, bool fresh, CancellationToken cancellationToken)
    {
        Job? earlier = await EarlierAsync(cancellationToken);
        if (resume && earlier is not null)
        {
            await GoOnAsync(earlier, job.Specification, cancellationToken);
        }
        else
        {
            await EndAsync(earlier, fresh, cancellationToken);
            await SubmitAsync(job, cancellationToken);
        }

        if (!service.IsOurs)
        {
            await Console.Error.WriteLineAsync($"using the service that runs here already, at {service.Client.Options.Address}");
        }

        var view = new JobView(StatusLine.OfErrors(TimeProvider.System), TimeProvider.System);
        Task<FollowedJob> following = new Follow(service.Client, view).RunAsync(JobId, cancellationToken);
        if (service.IsOurs && await Task.WhenAny(following, service.LostAsync()) is Task<string> lost && !cancellationToken.IsCancellationRequested)
        {
            throw new CoordinatorException($"{await lost}; the job goes on from its last checkpoint with --resume");
        }

        FollowedJob followed = await following;
        foreach (string file in ResultFiles.Where(file => followed.Succeeded || file == RunFolder.ParametersFile && followed.Job.CheckpointStep >= 0))
        {
            await service.Client.Jobs.DownloadAsync(JobId, file, Path.Combine(folder, file), cancellationToken: cancellationToken);
        }

        return followed;
    }

    private async Task<Job?> EarlierAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(JobFile))
        {
            return null;
        }

        try
        {
            JobId = JsonDocument.Parse(await File.ReadAllTextAsync(JobFile, cancellationToken)).RootElement.GetProperty("job_id").GetString()!;
            return (await service.Client.Jobs.GetAsync(JobId, cancellationToken)).Job;
        }
        catch (Client.S2MException problem) when (problem.Status == Grpc.Core.StatusCode.NotFound)
        {
            // The folder is older than the service's state.
            return null;
        }
        catch (Exception problem) when (problem is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new CoordinatorException($"file '{JobFile}': expected {{\"job_id\": ...}}, got: {problem.Message}; remove it or choose another --out", problem);
        }
    }

    private async Task GoOnAsync(Job earlier, JobSpecification job, CancellationToken cancellationToken)
    {
        if (earlier.SpecificationHash != CanonicalJson.HashOf(job))
        {
            IReadOnlyList<string> fields = CanonicalJson.Differences(CanonicalJson.Read(earlier.Specification), job);
            throw new CoordinatorException(
                $"folder '{folder}': expected the job that it was begun with, got another one. Fields that differ (begun with, now): {string.Join("; ", fields)}. "
                + "Resume with the same job file and settings, or choose another --out");
        }

        if (earlier.State is JobState.Paused or JobState.Failed or JobState.Stopped)
        {
            await service.Client.Jobs.ResumeAsync(earlier.JobId, cancellationToken);
        }
        else if (earlier.State == JobState.Cancelled)
        {
            throw new CoordinatorException($"job {earlier.JobId}: expected one that can go on, got one that was cancelled; begin again without --resume, in another --out");
        }

        string step = earlier.CheckpointStep < 0 ? "the beginning" : string.Create(CultureInfo.InvariantCulture, $"the checkpoint of step {earlier.CheckpointStep}");
        await Console.Error.WriteLineAsync($"going on from {step}");
    }

    private async Task EndAsync(Job? earlier, bool fresh, CancellationToken cancellationToken)
    {
        if (earlier is null || earlier.State.IsTerminal())
        {
            return;
        }

        if (!fresh)
        {
            throw new CoordinatorException($"folder '{folder}': expected no job in it that goes on, got {earlier.JobId}; follow it with --resume, or choose another --out");
        }

        await service.Client.Jobs.CancelAsync(earlier.JobId, "begun again", cancellationToken);
    }

    private async Task SubmitAsync(CommandJob job, CancellationToken cancellationToken)
    {
        string version = string.Empty;
        string name = job.Specification.Data.Name;
        if (job.Data.TryGetValue(name, out string? path))
        {
            version = (await service.Client.DataSets.RegisterAsync(name, Path.GetFullPath(path), cancellationToken)).Version;
        }

        var request = new SubmitJobRequest { JobFile = job.Text, Overrides = { job.Settings }, DataVersion = version };
        Job submitted = await service.Client.Jobs.SubmitAsync(request, cancellationToken);
        JobId = submitted.JobId;
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(JobFile, JsonSerializer.Serialize(new Dictionary<string, string>(StringComparer.Ordinal) { ["job_id"] = JobId }), cancellationToken);
    }
}
