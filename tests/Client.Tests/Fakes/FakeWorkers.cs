using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using S2M.Protos.V1;

namespace S2M.Client.Tests.Fakes;

/// <summary>The worker directory: workers are what a test says.</summary>
public sealed class FakeWorkers : WorkerDirectoryService.WorkerDirectoryServiceBase
{
    public List<Worker> All { get; } = [];

    public ConcurrentQueue<IMessage> Requests { get; } = new();

    public override Task<ListWorkersResponse> ListWorkers(ListWorkersRequest request, ServerCallContext context)
        => Task.FromResult(new ListWorkersResponse { Workers = { All.Where(worker => request.IncludeGone || worker.State != WorkerState.Gone) } });

    public override Task<CordonWorkerResponse> CordonWorker(CordonWorkerRequest request, ServerCallContext context)
        => Task.FromResult(new CordonWorkerResponse { Worker = Set(request, request.WorkerId, WorkerState.Cordoned) });

    public override Task<UncordonWorkerResponse> UncordonWorker(UncordonWorkerRequest request, ServerCallContext context)
        => Task.FromResult(new UncordonWorkerResponse { Worker = Set(request, request.WorkerId, WorkerState.Ready) });

    public override Task<DrainWorkerResponse> DrainWorker(DrainWorkerRequest request, ServerCallContext context)
        => Task.FromResult(new DrainWorkerResponse { Worker = Set(request, request.WorkerId, WorkerState.Draining) });

    private Worker Set(IMessage request, string workerId, WorkerState state)
    {
        Requests.Enqueue(request);
        Worker worker = All.Find(known => known.WorkerId == workerId)
            ?? throw new RpcException(new Status(StatusCode.NotFound, $"worker '{workerId}': expected one that is known, got none; list them"));
        worker.State = state;
        return worker;
    }
}
