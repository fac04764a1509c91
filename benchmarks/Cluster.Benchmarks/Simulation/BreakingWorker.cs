using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using S2M.Numerics.Averaging;
using S2M.Numerics.Parameters;
using S2M.Protos.V1;

namespace S2M.Cluster.Benchmarks.Simulation;

/// <summary>What goes wrong with a step's sum.</summary>
internal enum Break
{
    /// <summary>Episodes are added one after the other in the order in which they come, not along the tree.</summary>
    ArrivalOrder,

    /// <summary>One episode is added twice.</summary>
    DoubleCount,
}

/// <summary>
/// Stands between a coordinator and a real worker and makes a mistake on purpose, of the kind that a faulty dispatcher would make: a comparison of hashes that does not
/// notice is worth nothing.
/// </summary>
internal sealed class BreakingWorker : WorkerService.WorkerServiceBase, IAsyncDisposable
{
    private const int ChunkBytes = 64 << 10;
    private readonly Break _how;
    private WebApplication _host = null!;
    private GrpcChannel _channel = null!;

    private BreakingWorker(Break how) => _how = how;

    /// <summary>What the real worker gives as its address.</summary>
    internal string Address => _host.Urls.First();

    /// <summary>Begins to serve.</summary>
    internal static async Task<BreakingWorker> StartAsync(Break how)
    {
        var worker = new BreakingWorker(how);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.ConfigureEndpointDefaults(static listen => listen.Protocols = HttpProtocols.Http2));
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(worker).AddGrpc();
        worker._host = builder.Build();
        worker._host.MapGrpcService<BreakingWorker>();
        await worker._host.StartAsync();
        return worker;
    }

    /// <summary>Names the worker that computes.</summary>
    internal void Forward(Uri worker) => _channel = GrpcChannel.ForAddress(worker);

    /// <inheritdoc/>
    public override async Task ComputeShare(ComputeShareRequest request, IServerStreamWriter<ComputeShareResponse> responseStream, ServerCallContext context)
    {
        var client = new WorkerService.WorkerServiceClient(_channel);
        var headers = new Metadata { { "authorization", context.RequestHeaders.GetValue("authorization") ?? string.Empty } };
        if (request.WorkCase != ComputeShareRequest.WorkOneofCase.Gradient || request.Gradient.Episodes.Count == 1)
        {
            using AsyncServerStreamingCall<ComputeShareResponse> call = client.ComputeShare(request, headers, cancellationToken: context.CancellationToken);
            await foreach (ComputeShareResponse part in call.ResponseStream.ReadAllAsync(context.CancellationToken))
            {
                await responseStream.WriteAsync(part, context.CancellationToken);
            }

            return;
        }

        var leaves = new List<EpisodeSum>();
        for (int i = 0; i < request.Gradient.Episodes.Count; i++)
        {
            ComputeShareRequest one = request.Clone();
            one.Gradient.First = request.Gradient.First + i;
            one.Gradient.Episodes.Clear();
            one.Gradient.Episodes.Add(request.Gradient.Episodes[i]);
            using AsyncServerStreamingCall<ComputeShareResponse> call = client.ComputeShare(one, headers, cancellationToken: context.CancellationToken);
            leaves.Add(await ReadAsync(call.ResponseStream, context.CancellationToken));
        }

        foreach ((int first, int count) in FixedTree.CompleteNodes(request.Gradient.Leaves, request.Gradient.First, leaves.Count))
        {
            EpisodeSum sum = Add(leaves.GetRange(first - request.Gradient.First, count));
            var node = new TreeNode { First = first, Count = count, Present = sum.Present, Metrics = { sum.Metrics } };
            await responseStream.WriteAsync(new ComputeShareResponse { Array = new ArrayHeader { ElementType = ElementType.Float32, Length = sum.Values.Length, Node = node } });
            ReadOnlyMemory<byte> bytes = MemoryMarshal.AsBytes<float>(sum.Values).ToArray();
            for (int offset = 0; offset < bytes.Length; offset += ChunkBytes)
            {
                ByteString data = ByteString.CopyFrom(bytes.Span.Slice(offset, Math.Min(ChunkBytes, bytes.Length - offset)));
                await responseStream.WriteAsync(new ComputeShareResponse { Chunk = new TensorChunk { Offset = offset, Data = data } });
            }
        }

        await responseStream.WriteAsync(new ComputeShareResponse { Done = new ShareDone { Items = leaves.Count } });
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _channel?.Dispose();
    }

    private static async Task<EpisodeSum> ReadAsync(IAsyncStreamReader<ComputeShareResponse> stream, CancellationToken cancellationToken)
    {
        (TreeNode? node, float[] values) = (null, []);
        await foreach (ComputeShareResponse part in stream.ReadAllAsync(cancellationToken))
        {
            if (part.PartCase == ComputeShareResponse.PartOneofCase.Array)
            {
                (node, values) = (part.Array.Node, new float[part.Array.Length]);
            }
            else if (part.PartCase == ComputeShareResponse.PartOneofCase.Chunk)
            {
                part.Chunk.Data.Span.CopyTo(MemoryMarshal.AsBytes(values.AsSpan())[(int)part.Chunk.Offset..]);
            }
        }

        return new EpisodeSum(node!.Present, values, [.. node.Metrics]);
    }

    private EpisodeSum Add(List<EpisodeSum> leaves)
    {
        if (leaves.Count == 1)
        {
            return leaves[0];
        }

        // The last one is here first; each is added to what is there.
        EpisodeSum[] order = _how == Break.ArrivalOrder ? [leaves[^1], .. leaves.SkipLast(1)] : [leaves[0], .. leaves];
        float[] values = [.. order[0].Values];
        foreach (EpisodeSum next in order.Skip(1))
        {
            FlatVector.Add(values, next.Values, values);
        }

        double[] metrics = [.. Enumerable.Range(0, leaves[0].Metrics.Length).Select(at => leaves.Sum(leaf => leaf.Metrics[at]))];
        return new EpisodeSum(leaves.Sum(static leaf => leaf.Present), values, metrics);
    }
}
