using System.Diagnostics;
using S2M.Coordinator.DataSets;
using S2M.Coordinator.Diagnostics;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Storage;
using S2M.Coordinator.Supervision;
using S2M.Coordinator.Workers;
using S2M.Data;
using S2M.Protos.V1;
using S2M.Specification;
using JobMode = S2M.Coordinator.Jobs.JobMode;

namespace S2M.Coordinator.Services;

/// <summary>The door for jobs: everything that can be known to be wrong is said here, before anything is stored.</summary>
/// <param name="store">The jobs' rows.</param>
/// <param name="folders">Uploaded parameters.</param>
/// <param name="dataSets">Data sets.</param>
/// <param name="grains">The worker directory.</param>
/// <param name="requests">Requests that were answered.</param>
/// <param name="wake">Starts what was submitted.</param>
/// <param name="time">The clock.</param>
internal sealed class JobSubmission(
    IJobStore store, JobFolders folders, DataSetLibrary dataSets, IGrainFactory grains, IRequestLog requests, WakeCall wake, TimeProvider time)
{
    private const int LargestFile = 1 << 20;

    /// <summary>Says what a job would be.</summary>
    internal async Task<CheckJobResponse> CheckAsync(CheckJobRequest request, CancellationToken cancellationToken)
    {
        JobSpecification job = Parse(request.JobFile, request.Overrides);
        string version = await CheckDataAsync(job, string.Empty, cancellationToken);
        var response = new CheckJobResponse
        {
            Specification = CanonicalJson.Write(job),
            SpecificationHash = CanonicalJson.HashOf(job),
            JobFile = JobText.Write(job),
            DataVersion = version,
            EpisodeImages = job.Episode.Classes * job.Episode.ImagesPerClass,
            EpisodeBytes = (long)job.Episode.Classes * job.Episode.ImagesPerClass * job.Data.Size * job.Data.Size * job.Data.Channels * sizeof(float),
        };
        foreach (WorkerView worker in await grains.GetGrain<IWorkerDirectoryGrain>(0).ListAsync(includeGone: false))
        {
            bool ready = worker.State == Workers.WorkerState.Ready;
            bool has = worker.Registration.DataVersions.Contains(version, StringComparer.Ordinal);
            string reason = !ready ? $"{worker.State.ToString().ToLowerInvariant()}: {worker.Reason}" : has ? "has the data set" : "pulls the data set first";
            response.Workers.Add(new WorkerFit { WorkerId = worker.Registration.Id, Fits = ready, Reason = reason });
        }

        return response;
    }

    /// <summary>Stores a job.</summary>
    internal async Task<JobRecord> SubmitAsync(SubmitJobRequest request, CancellationToken cancellationToken)
    {
        CheckFields(request);
        JobSpecification job = Parse(request.JobFile, request.Overrides);
        string ns = Callers.Namespace(request.Namespace);
        string id = JobIds.Of(job.Name, ns, request.RequestId);
        if (await requests.FindAsync(request.RequestId, cancellationToken) is { } known)
        {
            // The data set may have a newer version by now: the same request is the job that it was.
            var bad = new Violations();
            bad.Require(
                known == (nameof(JobService.JobServiceBase.SubmitJob), id),
                "request_id",
                $"expected one that is new, got that of {known.Method} {known.Subject}; make another one");
            bad.ThrowIfAny();
            return await store.FindAsync(id, cancellationToken) ?? throw Violations.NotFound($"job '{id}': expected the one of this request, got none");
        }

        string version = await CheckDataAsync(job, request.DataVersion, cancellationToken);
        await CheckStartAsync(request, cancellationToken);
        JobMode mode = request.Mode == Protos.V1.JobMode.Evaluate ? JobMode.Evaluate : JobMode.Train;
        return await StoreAsync(
            new NewJob(
                id,
                ns,
                request.RequestId,
                Callers.Actor(request.Actor),
                job.Name,
                mode,
                new SortedDictionary<string, string>(request.Labels, StringComparer.Ordinal),
                CanonicalJson.Write(job),
                CanonicalJson.HashOf(job),
                version,
                mode == JobMode.Train ? job.Training.Steps : 0,
                request.StartFrom,
                string.Empty,
                Activity.Current?.Id ?? string.Empty),
            cancellationToken);
    }

    /// <summary>Stores a job of a schedule.</summary>
    internal async Task<JobRecord> SubmitAsync(
        string jobFile,
        string ns,
        string requestId,
        string actor,
        IReadOnlyDictionary<string, string> labels,
        string startFrom,
        string schedule,
        CancellationToken cancellationToken)
    {
        using Activity? activity = CoordinatorInstruments.Activities.StartActivity("schedule");
        JobSpecification job = JobFile.Parse(jobFile, schedule, []);
        string version = await CheckDataAsync(job, string.Empty, cancellationToken);
        return await StoreAsync(
            new NewJob(
                JobIds.Of(job.Name, ns, requestId),
                ns,
                requestId,
                actor,
                job.Name,
                JobMode.Train,
                labels,
                CanonicalJson.Write(job),
                CanonicalJson.HashOf(job),
                version,
                job.Training.Steps,
                startFrom,
                schedule,
                activity?.Id ?? string.Empty),
            cancellationToken);
    }

    private static void CheckFields(SubmitJobRequest request)
    {
        Violations bad = new Violations().RequireCaller(request.RequestId, request.Actor).RequireNamespace(request.Namespace).RequireLabels(request.Labels);
        bad.Require(Enum.IsDefined(request.Mode), "mode", $"expected JOB_MODE_TRAIN or JOB_MODE_EVALUATE, got {(int)request.Mode}; correct it");
        bad.Require(
            request.Mode != Protos.V1.JobMode.Evaluate || request.StartFrom.Length > 0,
            "start_from",
            "expected a job or the SHA-256 of uploaded parameters to evaluate, got none; name one");
        bad.ThrowIfAny();
    }

    private static JobSpecification Parse(string jobFile, IReadOnlyList<string> overrides)
    {
        var bad = new Violations();
        bad.Require(jobFile.Length is > 0 and <= LargestFile, "job_file", $"expected a job file of 1 to {LargestFile} characters, got {jobFile.Length}; send its text");
        bad.ThrowIfAny();
        try
        {
            return JobFile.Parse(jobFile, "job file", overrides);
        }
        catch (SpecificationException problem)
        {
            bad.Require(false, problem.Field.Length > 0 ? $"job_file.{problem.Field}" : "job_file", problem.Message);
            bad.ThrowIfAny();
            throw;
        }
    }

    private async Task<JobRecord> StoreAsync(NewJob job, CancellationToken cancellationToken)
    {
        JobRecord record = await store.AddAsync(job, time.GetUtcNow(), cancellationToken);
        await requests.AddAsync(job.RequestId, nameof(JobService.JobServiceBase.SubmitJob), job.Id, time.GetUtcNow(), cancellationToken);
        CoordinatorInstruments.Moved(nameof(Jobs.JobState.Queued));
        wake.Ring();
        return record;
    }

    private async Task CheckStartAsync(SubmitJobRequest request, CancellationToken cancellationToken)
    {
        if (request.StartFrom.Length > 0 && await new StartingPoint(store, folders).ProblemAsync(request.StartFrom, cancellationToken) is { } problem)
        {
            var bad = new Violations();
            bad.Require(false, "start_from", problem);
            bad.ThrowIfAny();
        }
    }

    /// <summary>Opens the data set and draws one episode of every kind, so that what must fail fails here.</summary>
    private async Task<string> CheckDataAsync(JobSpecification job, string asked, CancellationToken cancellationToken)
    {
        var bad = new Violations();
        bad.Require(
            asked.Length == 0 || asked.StartsWith($"{job.Data.Name}@", StringComparison.Ordinal),
            "data_version",
            $"expected a version of '{job.Data.Name}', which the job names, got '{Violations.Shown(asked)}'; correct one of the two");
        bad.ThrowIfAny();
        try
        {
            string version = (await dataSets.ResolveAsync(asked.Length > 0 ? asked : job.Data.Name, cancellationToken)).Version;
            using DataSetLease data = await dataSets.OpenAsync(version, cancellationToken);
            await Task.Run(() => new JobInputs(job, data).CheckEpisodes(), cancellationToken);
            return version;
        }
        catch (DataException problem)
        {
            bad.Require(false, "job_file.data", problem.Message);
            bad.ThrowIfAny();
            throw;
        }
    }
}
