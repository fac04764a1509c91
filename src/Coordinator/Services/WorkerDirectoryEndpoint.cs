using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;
using S2M.Coordinator.Storage;
using S2M.Coordinator.Workers;
using S2M.Protos.V1;
using WorkerState = S2M.Coordinator.Workers.WorkerState;
using Wire = S2M.Protos.V1;

namespace S2M.Coordinator.Services;

/// <summary>The worker directory as a service.</summary>
/// <param name="grains">The directory.</param>
/// <param name="options">What workers are told.</param>
/// <param name="requests">So that the same request is obeyed once.</param>
/// <param name="time">The clock.</param>
internal sealed class WorkerDirectoryEndpoint(IGrainFactory grains, IOptions<WorkerDirectoryOptions> options, IRequestLog requests, TimeProvider time)
    : WorkerDirectoryService.WorkerDirectoryServiceBase
{
    private const int LongestText = 512;
    private const int MostVersions = 10_000;

    private IWorkerDirectoryGrain Directory => grains.GetGrain<IWorkerDirectoryGrain>(0);

    /// <inheritdoc/>
    public override async Task<RegisterWorkerResponse> RegisterWorker(RegisterWorkerRequest request, ServerCallContext context)
    {
        var bad = new Violations();
        RequireWorker(bad, request.WorkerId, request.Incarnation);
        bad.Require(
            request.Address.Length <= LongestText && Uri.TryCreate(request.Address, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https",
            "address",
            $"expected where the worker listens, such as http://host:port, got '{Violations.Shown(request.Address)}'; start it with --advertise");
        bad.Require(request.Device.Length is > 0 and <= LongestText, "device", "expected cpu or cuda:N, got none or a longer text; name it");
        bad.Require(
            request.NumericContract.Length is > 0 and <= LongestText, "numeric_contract", "expected a contract, got none or a longer text; send what the worker computes under");
        bad.Require(request.Build.Length <= LongestText, "build", "expected a version, got a longer text; shorten it");
        RequireVersions(bad, request.DataVersions);
        bad.ThrowIfAny();
        WorkerState state = await Directory.RegisterAsync(new WorkerRegistration(
                request.WorkerId, request.Incarnation, request.Address, request.Device, request.NumericContract, request.Build, [.. request.DataVersions]))
            ?? throw new RpcException(new Status(
                StatusCode.AlreadyExists,
                $"worker '{request.WorkerId}': expected a name that no other worker has, got that of one that is alive elsewhere; end it, or start this one with another --name"));
        return new RegisterWorkerResponse { BeatSeconds = options.Value.Beat.TotalSeconds, LeaseSeconds = options.Value.Lease.TotalSeconds, State = (Wire.WorkerState)(int)state };
    }

    /// <inheritdoc/>
    public override async Task<BeatResponse> Beat(BeatRequest request, ServerCallContext context)
    {
        var bad = new Violations();
        RequireWorker(bad, request.WorkerId, request.Incarnation);
        bad.Require(request.Shares >= 0, "shares", $"expected at least 0, got {request.Shares}; count them from the registration on");
        RequireVersions(bad, request.DataVersions);
        bad.ThrowIfAny();
        WorkerState? state = await Directory.BeatAsync(
            new WorkerBeat(request.WorkerId, request.Incarnation, request.State == Wire.WorkerState.Draining, request.Shares, [.. request.DataVersions]));
        return new BeatResponse { Known = state is not null, State = (Wire.WorkerState)(int)(state ?? 0) };
    }

    /// <inheritdoc/>
    public override async Task<LeaveWorkerResponse> LeaveWorker(LeaveWorkerRequest request, ServerCallContext context)
    {
        var bad = new Violations();
        RequireWorker(bad, request.WorkerId, request.Incarnation);
        bad.RequireText("reason", request.Reason);
        bad.ThrowIfAny();
        await Directory.LeaveAsync(request.WorkerId, request.Incarnation, request.Reason);
        return new LeaveWorkerResponse();
    }

    /// <inheritdoc/>
    public override async Task<ListWorkersResponse> ListWorkers(ListWorkersRequest request, ServerCallContext context)
        => new() { Workers = { (await Directory.ListAsync(request.IncludeGone)).Select(ToWire) } };

    /// <inheritdoc/>
    public override async Task<CordonWorkerResponse> CordonWorker(CordonWorkerRequest request, ServerCallContext context)
        => new() { Worker = await SetAsync(nameof(CordonWorker), request.WorkerId, request.RequestId, request.Actor, WorkerState.Cordoned, request.Reason, context) };

    /// <inheritdoc/>
    public override async Task<UncordonWorkerResponse> UncordonWorker(UncordonWorkerRequest request, ServerCallContext context)
        => new() { Worker = await SetAsync(nameof(UncordonWorker), request.WorkerId, request.RequestId, request.Actor, WorkerState.Ready, "uncordoned", context) };

    /// <inheritdoc/>
    public override async Task<DrainWorkerResponse> DrainWorker(DrainWorkerRequest request, ServerCallContext context)
        => new() { Worker = await SetAsync(nameof(DrainWorker), request.WorkerId, request.RequestId, request.Actor, WorkerState.Draining, request.Reason, context) };

    private static void RequireWorker(Violations bad, string id, string incarnation)
    {
        bad.Require(Names.IsName(id), "worker_id", $"expected {Names.Rule}, got '{Violations.Shown(id)}'; start the worker with --name");
        bad.Require(
            incarnation.Length is > 0 and <= Names.Longest && !incarnation.Any(char.IsControl),
            "incarnation",
            "expected a text of its own for each start, got none or a longer one; make one");
    }

    private static void RequireVersions(Violations bad, Google.Protobuf.Collections.RepeatedField<string> versions)
        => bad.Require(
            versions.Count <= MostVersions && versions.All(version => version.Length is > 0 and <= LongestText),
            "data_versions",
            "expected name@sha256 each, got something else; leave them out");

    private static Wire.Worker ToWire(WorkerView view)
    {
        WorkerRegistration registration = view.Registration;
        return new Wire.Worker
        {
            WorkerId = registration.Id,
            Incarnation = registration.Incarnation,
            Address = registration.Address,
            Device = registration.Device,
            NumericContract = registration.NumericContract,
            Build = registration.Build,
            State = (Wire.WorkerState)(int)view.State,
            Reason = view.Reason,
            Since = view.Since.ToTimestamp(),
            JobId = view.JobId,
            Shares = view.Shares,
            DataVersions = { registration.DataVersions },
            LastBeat = view.LastBeat.ToTimestamp(),
        };
    }

    private async Task<Wire.Worker> SetAsync(string method, string id, string requestId, string actor, WorkerState state, string reason, ServerCallContext context)
    {
        var bad = new Violations();
        bad.RequireCaller(requestId, actor);
        bad.Require(Names.IsName(id), "worker_id", $"expected a worker's name, got '{Violations.Shown(id)}'; list the workers");
        bad.RequireText("reason", reason);
        bad.ThrowIfAny();
        (string Method, string Subject)? known = await requests.FindAsync(requestId, context.CancellationToken);
        bad.Require(known is null || known == (method, id), "request_id", $"expected one that is new, got that of {known?.Method} {known?.Subject}; make another one");
        bad.ThrowIfAny();
        WorkerView? view = known is null
            ? await Directory.SetStateAsync(id, state, reason.Length > 0 ? $"{Callers.Actor(actor)}: {reason}" : $"asked for by {Callers.Actor(actor)}")
            : (await Directory.ListAsync(includeGone: true)).FirstOrDefault(worker => worker.Registration.Id == id);
        if (view is null)
        {
            throw Violations.NotFound($"worker '{id}': expected one that is registered, got none of that name; list the workers");
        }

        await requests.AddAsync(requestId, method, id, time.GetUtcNow(), context.CancellationToken);
        return ToWire(view);
    }
}
