using System.Runtime.InteropServices;
using Grpc.Core;
using Grpc.Net.Client;
using S2M.Numerics.Averaging;
using S2M.Protos.V1;

namespace S2M.Worker.Tests.Processes;

/// <summary>A caller of a worker: sends shares and puts their answers together, strictly.</summary>
internal sealed class ShareClient(GrpcChannel channel, string? token) : IDisposable
{
    private readonly Metadata _headers = token is null ? [] : new Metadata { { "authorization", $"Bearer {token}" } };

    internal GrpcChannel Channel => channel;

    internal AsyncServerStreamingCall<ComputeShareResponse> Send(ComputeShareRequest request, CancellationToken cancellationToken = default)
        => new WorkerService.WorkerServiceClient(channel).ComputeShare(request, _headers, cancellationToken: cancellationToken);

    internal async Task<Answer> ComputeAsync(ComputeShareRequest request, CancellationToken cancellationToken = default)
    {
        using AsyncServerStreamingCall<ComputeShareResponse> call = Send(request, cancellationToken);
        NetworkDefinition? network = null;
        ShareDone? done = null;
        var arrays = new List<(ArrayHeader Header, byte[] Bytes)>();
        long filled = 0;
        await foreach (ComputeShareResponse response in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            done.ShouldBeNull();
            switch (response.PartCase)
            {
                case ComputeShareResponse.PartOneofCase.Network:
                    arrays.ShouldBeEmpty();
                    network = response.Network;
                    break;
                case ComputeShareResponse.PartOneofCase.Array:
                    filled.ShouldBe(arrays.Count == 0 ? 0 : arrays[^1].Bytes.Length);
                    arrays.Add((response.Array, new byte[response.Array.Length * (response.Array.ElementType == ElementType.Float32 ? 4 : 8)]));
                    filled = 0;
                    break;
                case ComputeShareResponse.PartOneofCase.Chunk:
                    response.Chunk.Offset.ShouldBe(filled);
                    response.Chunk.Data.Length.ShouldBeInRange(1, 1 << 16);
                    response.Chunk.Data.Span.CopyTo(arrays[^1].Bytes.AsSpan((int)filled));
                    filled += response.Chunk.Data.Length;
                    break;
                default:
                    done = response.Done;
                    break;
            }
        }

        filled.ShouldBe(arrays.Count == 0 ? 0 : arrays[^1].Bytes.Length);
        return new Answer(network, arrays, done.ShouldNotBeNull());
    }

    /// <summary>The status of a share that is expected to be refused.</summary>
    internal async Task<RpcException> RefusedAsync(ComputeShareRequest request) => await Should.ThrowAsync<RpcException>(() => ComputeAsync(request));

    public void Dispose() => channel.Dispose();
}

/// <summary>A whole answer.</summary>
internal sealed record Answer(NetworkDefinition? Network, IReadOnlyList<(ArrayHeader Header, byte[] Bytes)> Arrays, ShareDone Done)
{
    internal float[] Floats(int index) => MemoryMarshal.Cast<byte, float>(Arrays[index].Bytes).ToArray();

    internal double[] Doubles(int index) => MemoryMarshal.Cast<byte, double>(Arrays[index].Bytes).ToArray();

    internal IEnumerable<(int First, int Count, EpisodeSum Sum)> Nodes() => Arrays.Select((array, index) => (
        array.Header.Node.First, array.Header.Node.Count, new EpisodeSum(array.Header.Node.Present, Floats(index), [.. array.Header.Node.Metrics])));
}
