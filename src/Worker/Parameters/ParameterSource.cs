using System.Diagnostics;
using Grpc.Core;
using S2M.Numerics.Parameters;
using S2M.Protos.V1;
using S2M.Specification;
using S2M.Transport;
using S2M.Worker.Diagnostics;
using S2M.Worker.Hosting;

namespace S2M.Worker.Parameters;

/// <summary>
/// What shares refer to: specifications, parameter versions and descriptors, pulled once from the coordinator that runs the job, and kept for the shares that
/// follow. Safe for concurrent use.
/// </summary>
/// <param name="channels">Connections.</param>
/// <param name="instruments">Counts bytes and time.</param>
/// <param name="time">Deadlines.</param>
internal sealed class ParameterSource(CoordinatorChannels channels, WorkerInstruments instruments, TimeProvider time)
{
    // A step's version, the one before for late shares, the best so far and version 0 for evaluations.
    private const int VersionsKept = 4;
    private const int DescriptorsKept = 2;
    private const int JobsKept = 32;

    private static readonly TimeSpan SpecificationTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ArraysTimeout = TimeSpan.FromMinutes(10);

    private readonly SharedCache<string, WorkedJob> _jobs = new(JobsKept, static _ => 0);
    private readonly SharedCache<(string Job, long Epoch, int Version), ParameterSnapshot> _versions =
        new(VersionsKept, static snapshot => (snapshot.Parameters.Length + (long)snapshot.Buffers.Length) * sizeof(float));

    private readonly SharedCache<(string Job, long Epoch, string Name), float[]> _descriptors = new(DescriptorsKept, static values => values.Length * (long)sizeof(float));

    private readonly ClosedDoors _closed = new(time);

    /// <summary>Bytes of parameters and descriptors that are kept now.</summary>
    internal long Bytes => _versions.Bytes + _descriptors.Bytes;

    /// <summary>A job's specification and data version.</summary>
    /// <param name="at">The coordinator that runs it.</param>
    /// <param name="job">Its identifier.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="WorkerException">What came is not what its hash says.</exception>
    /// <exception cref="SpecificationException">What came is no specification.</exception>
    /// <exception cref="RpcException">It cannot be had.</exception>
    internal Task<WorkedJob> JobAsync(Uri at, string job, CancellationToken cancellationToken) => _jobs.GetAsync(job, () => PullJobAsync(at, job), cancellationToken);

    /// <summary>A version of the parameters.</summary>
    /// <param name="at">The coordinator that runs the job.</param>
    /// <param name="share">The share that asks: its job, epoch and whether arrays travel over connections of their own.</param>
    /// <param name="version">The version.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The same object for every share of the version, as long as it is kept.</returns>
    internal Task<ParameterSnapshot> SnapshotAsync(Uri at, ComputeShareRequest share, int version, CancellationToken cancellationToken)
        => _versions.GetAsync(
            (share.JobId, share.Epoch, version),
            async () =>
            {
                FetchArraysRequest request = RequestFor(share);
                request.Version = version;
                IReadOnlyList<float[]> arrays = await PullArraysAsync(at, request, 2);
                return new ParameterSnapshot(version, arrays[0], arrays[1]);
            },
            cancellationToken);

    /// <summary>Descriptors that shares name.</summary>
    /// <param name="at">The coordinator that runs the job.</param>
    /// <param name="share">The share that asks: its job, epoch and whether arrays travel over connections of their own.</param>
    /// <param name="name">Their name.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The same array for every share that names them, as long as they are kept.</returns>
    internal Task<float[]> DescriptorsAsync(Uri at, ComputeShareRequest share, string name, CancellationToken cancellationToken)
        => _descriptors.GetAsync(
            (share.JobId, share.Epoch, name),
            async () =>
            {
                FetchArraysRequest request = RequestFor(share);
                request.Descriptors = name;
                return (await PullArraysAsync(at, request, 1))[0];
            },
            cancellationToken);

    private static FetchArraysRequest RequestFor(ComputeShareRequest share) => new() { JobId = share.JobId, Epoch = share.Epoch, TicketBytes = share.TicketBytes };

    private async Task<WorkedJob> PullJobAsync(Uri at, string job)
    {
        using Activity? activity = WorkerActivities.Source.StartActivity("pull specification");
        activity?.SetTag("job", job);
        GetSpecificationResponse answer = await new ParameterService.ParameterServiceClient(channels.To(at))
            .GetSpecificationAsync(new GetSpecificationRequest { JobId = job }, deadline: DeadlineIn(SpecificationTimeout));
        JobSpecification specification = CanonicalJson.Read(answer.Specification);
        string hash = CanonicalJson.HashOf(specification);
        return hash == answer.SpecificationHash
            ? new WorkedJob(specification, hash, answer.DataVersion)
            : throw new WorkerException($"job '{job}': expected a specification with SHA-256 {answer.SpecificationHash}, got {hash}; run a worker of the coordinator's build");
    }

    private async Task<IReadOnlyList<float[]>> PullArraysAsync(Uri at, FetchArraysRequest request, int expected)
    {
        string kind = request.ArraysCase == FetchArraysRequest.ArraysOneofCase.Version ? "parameters" : "descriptors";
        using Activity? activity = WorkerActivities.Source.StartActivity($"pull {kind}");
        activity?.SetTag("job", request.JobId).SetTag("epoch", request.Epoch);
        long started = time.GetTimestamp();
        IReadOnlyList<float[]> arrays;
        try
        {
            request.TicketBytes = _closed.Has(at) ? 0 : request.TicketBytes;
            arrays = await FetchAsync(at, request, expected, kind);
        }
        catch (ArrayDoorException)
        {
            _closed.Add(at);
            request.TicketBytes = 0;
            arrays = await FetchAsync(at, request, expected, kind);
        }

        instruments.Fetched(kind, time.GetElapsedTime(started));
        return arrays;
    }

    private async Task<IReadOnlyList<float[]>> FetchAsync(Uri at, FetchArraysRequest request, int expected, string kind)
    {
        using AsyncServerStreamingCall<FetchArraysResponse> call =
            new ParameterService.ParameterServiceClient(channels.To(at)).FetchArrays(request, deadline: DeadlineIn(ArraysTimeout));
        try
        {
            return await ArrayPull.ReadAsync(call.ResponseStream, at, expected, bytes => instruments.Received(kind, bytes), CancellationToken.None);
        }
        catch (IOException broke) when (broke is not ArrayDoorException)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, broke.Message, broke));
        }
    }

    private DateTime DeadlineIn(TimeSpan span) => (time.GetUtcNow() + span).UtcDateTime;
}
