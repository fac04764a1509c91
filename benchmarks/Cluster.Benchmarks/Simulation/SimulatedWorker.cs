using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using S2M.Numerics.Averaging;
using S2M.Protos.V1;

namespace S2M.Cluster.Benchmarks.Simulation;

/// <summary>What simulated workers are.</summary>
/// <param name="Parameters">Numbers of a gradient.</param>
/// <param name="Delay">Time of an episode.</param>
/// <param name="Slow">How many of the workers are slow.</param>
/// <param name="SlowFactor">How many times longer those take.</param>
internal sealed record FleetSettings(int Parameters, TimeSpan Delay, int Slow, double SlowFactor);

/// <summary>
/// Workers that answer over a real socket, pull parameters as real ones do, and compute by waiting: for what is measured of a coordinator where the machine has too few
/// cores for real ones. Many share a socket's port; a request names the one that it is for.
/// </summary>
/// <param name="simulation">Sizes and times.</param>
/// <param name="workers">By incarnation.</param>
internal sealed class SimulatedWorker(FleetSettings simulation, SimulatedFleet workers) : WorkerService.WorkerServiceBase
{
    private const int ChunkBytes = 64 << 10;
    private const int DescriptorSize = 64;

    private static readonly string[] MetricNames = ["loss", "hits", "queries", "zero_descriptors", "flat_histograms"];

    /// <inheritdoc/>
    public override async Task ComputeShare(ComputeShareRequest request, IServerStreamWriter<ComputeShareResponse> responseStream, ServerCallContext context)
    {
        SimulatedFleet.Member worker = workers.Find(request.Incarnation);
        await worker.Turn.WaitAsync(context.CancellationToken);
        try
        {
            await workers.PullAsync(worker, request, context.CancellationToken);
            switch (request.WorkCase)
            {
                case ComputeShareRequest.WorkOneofCase.CreateParameters:
                    await responseStream.WriteAsync(new ComputeShareResponse { Network = Network() }, context.CancellationToken);
                    await SendAsync(responseStream, new float[simulation.Parameters], null, context.CancellationToken);
                    await SendAsync(responseStream, Array.Empty<float>(), null, context.CancellationToken);
                    break;
                case ComputeShareRequest.WorkOneofCase.Gradient:
                    await ComputeAsync(worker, request.Gradient, responseStream, context.CancellationToken);
                    break;
                case ComputeShareRequest.WorkOneofCase.Embedding:
                    await SendAsync(responseStream, new float[request.Embedding.Images.Images.Count * DescriptorSize], null, context.CancellationToken);
                    break;
                case ComputeShareRequest.WorkOneofCase.Scoring:
                    foreach (EpisodeGroup group in request.Scoring.Groups)
                    {
                        int queries = group.Distractors.Count + group.Concepts.Sum(concept => concept.Positives.Count);
                        await SendAsync(responseStream, new double[group.Concepts.Count * queries], null, context.CancellationToken);
                    }

                    break;
                default:
                    foreach (RowList _ in request.Ranking.Supports)
                    {
                        await SendAsync(responseStream, new double[request.Ranking.Targets.Rows.Count], null, context.CancellationToken);
                    }

                    break;
            }

            await responseStream.WriteAsync(new ComputeShareResponse { Done = new ShareDone { Items = 1 } }, context.CancellationToken);
            worker.Shares++;
        }
        finally
        {
            worker.Turn.Release();
        }
    }

    private NetworkDefinition Network() => new()
    {
        Parameters = new ParameterLayout { Entries = { new ParameterEntry { Name = "weights", Shape = { simulation.Parameters }, LearningRateScale = 1, WeightDecayScale = 1 } } },
        Buffers = new ParameterLayout(),
        DescriptorSize = DescriptorSize,
        MetricNames = { MetricNames },
    };

    private async Task ComputeAsync(SimulatedFleet.Member worker, GradientWork work, IServerStreamWriter<ComputeShareResponse> stream, CancellationToken cancellationToken)
    {
        // Cancelled, it stops at its next episode, as a real one.
        for (int i = 0; i < work.Episodes.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (worker.Delay > TimeSpan.Zero)
            {
                await Task.Delay(worker.Delay, CancellationToken.None);
            }
        }

        foreach ((int first, int count) in FixedTree.CompleteNodes(work.Leaves, work.First, work.Episodes.Count))
        {
            var node = new TreeNode { First = first, Count = count, Present = count, Metrics = { count, count, count, 0.0, 0.0 } };
            await SendAsync(stream, workers.Gradient, node, cancellationToken);
        }
    }

    private static async Task SendAsync<T>(IServerStreamWriter<ComputeShareResponse> stream, T[] values, TreeNode? node, CancellationToken cancellationToken)
        where T : unmanaged
    {
        ElementType type = typeof(T) == typeof(float) ? ElementType.Float32 : ElementType.Float64;
        await stream.WriteAsync(new ComputeShareResponse { Array = new ArrayHeader { ElementType = type, Length = values.Length, Node = node } }, cancellationToken);
        int bytes = MemoryMarshal.AsBytes(values.AsSpan()).Length;
        for (int offset = 0; offset < bytes; offset += ChunkBytes)
        {
            ByteString data = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan()).Slice(offset, Math.Min(ChunkBytes, bytes - offset)));
            await stream.WriteAsync(new ComputeShareResponse { Chunk = new TensorChunk { Offset = offset, Data = data } }, cancellationToken);
        }
    }
}
