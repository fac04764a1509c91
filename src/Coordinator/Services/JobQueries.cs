using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.Jobs;
using S2M.Protos.V1;
using S2M.Specification;
using JobTransition = S2M.Coordinator.Jobs.JobTransition;
using Wire = S2M.Protos.V1;

namespace S2M.Coordinator.Services;

/// <summary>Looks at jobs.</summary>
/// <param name="store">Their rows.</param>
/// <param name="history">What validations gave.</param>
/// <param name="grains">Their owners, for what is not stored.</param>
internal sealed class JobQueries(IJobStore store, IJobHistory history, IGrainFactory grains)
{
    private const int DefaultPage = 100;
    private const int LargestPage = 1000;
    private const int LongestId = 128;

    /// <summary>A job by its identifier or a beginning that only it has.</summary>
    /// <exception cref="Grpc.Core.RpcException">There is none, or more than one.</exception>
    internal async Task<JobRecord> FindAsync(string id, CancellationToken cancellationToken)
    {
        var bad = new Violations();
        bad.Require(id.Length is > 0 and <= LongestId && !id.Any(char.IsControl), "job_id", $"expected a job's identifier, got '{Violations.Shown(id)}'; list the jobs");
        bad.ThrowIfAny();
        if (await store.FindAsync(id, cancellationToken) is { } exact)
        {
            return exact;
        }

        IReadOnlyList<string> matches = await store.FindByPrefixAsync(id, 3, cancellationToken);
        bad.Require(
            matches.Count < 2, "job_id", $"expected a beginning that only one job has, got '{Violations.Shown(id)}', which {string.Join(", ", matches)} have; write more of it");
        bad.ThrowIfAny();
        return matches.Count == 1 && await store.FindAsync(matches[0], cancellationToken) is { } found
            ? found
            : throw Violations.NotFound($"job '{Violations.Shown(id)}': expected the identifier of a job, got one that nobody has; list the jobs");
    }

    /// <summary>A job as it travels, with what is not stored.</summary>
    internal async Task<Wire.Job> ShowAsync(JobRecord record)
        => WireJobs.ToWire(record, record.State == Jobs.JobState.Running ? (await grains.GetGrain<IJobGrain>(record.Job.Id).LifeAsync()).Workers : 0);

    /// <summary>A job's transitions.</summary>
    internal async Task<IEnumerable<Wire.JobTransition>> TransitionsAsync(string id, CancellationToken cancellationToken)
    {
        IReadOnlyList<JobTransition> transitions = await store.TransitionsAsync(id, cancellationToken);
        return transitions.Select(WireJobs.ToWire);
    }

    /// <summary>A page of jobs.</summary>
    internal async Task<ListJobsResponse> ListAsync(ListJobsRequest request, CancellationToken cancellationToken)
    {
        var bad = new Violations();
        bad.RequireNamespace(request.Namespace);
        bad.Require(request.PageSize is >= 0 and <= LargestPage, "page_size", $"expected 0 to {LargestPage}, got {request.PageSize}; correct it");
        bad.Require(request.PageToken.Length <= LongestId, "page_token", "expected the token of the page before, got a longer text; begin again without one");
        bad.Require(request.States.All(state => Enum.IsDefined(state) && state != Wire.JobState.Unspecified), "states", "expected states of a job, got another number; correct it");
        bad.ThrowIfAny();
        int size = request.PageSize == 0 ? DefaultPage : request.PageSize;
        IReadOnlyList<JobRecord> records = await store.ListAsync(
            new JobFilter(
                Callers.Namespace(request.Namespace),
                [.. request.States.Select(state => (Jobs.JobState)(int)state)],
                request.Labels,
                size + 1,
                request.PageToken.Length > 0 ? request.PageToken : null),
            cancellationToken);
        var response = new ListJobsResponse { NextPageToken = records.Count > size ? records[size - 1].Job.Id : string.Empty };
        foreach (JobRecord record in records.Take(size))
        {
            Wire.Job job = await ShowAsync(record);
            job.Specification = string.Empty;
            response.Jobs.Add(job);
        }

        return response;
    }

    /// <summary>A job's checkpoints, and why each is kept.</summary>
    internal async Task<IEnumerable<Wire.Checkpoint>> CheckpointsAsync(string id, CancellationToken cancellationToken)
    {
        JobRecord record = await FindAsync(id, cancellationToken);
        IReadOnlyList<CheckpointRecord> checkpoints = await store.CheckpointsAsync(record.Job.Id, cancellationToken);
        IReadOnlyList<CheckpointUses> uses = CheckpointRetention.UsesOf(
            [.. checkpoints.Select(checkpoint => (checkpoint.Epoch, checkpoint.Step))],
            await history.ValidationsAsync(record.Job.Id, 0, cancellationToken),
            CanonicalJson.Read(record.Job.Specification).Training.Keep);
        return checkpoints.Zip(uses, WireJobs.ToWire);
    }
}
