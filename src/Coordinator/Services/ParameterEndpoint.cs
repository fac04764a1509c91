using Google.Protobuf;
using Grpc.Core;
using S2M.Coordinator.Parameters;
using S2M.Numerics.Parameters;
using S2M.Protos.V1;

namespace S2M.Coordinator.Services;

/// <summary>What workers pull from the loops of this silo.</summary>
/// <param name="arrays">What the loops offer.</param>
internal sealed class ParameterEndpoint(PublishedArrays arrays) : ParameterService.ParameterServiceBase
{
    // Stays off the large-object heap on both sides.
    private const int ChunkBytes = 64 << 10;

    /// <inheritdoc/>
    public override Task<GetSpecificationResponse> GetSpecification(GetSpecificationRequest request, ServerCallContext context)
    {
        PublishedArrays.Loop loop = Find(request.JobId);
        return Task.FromResult(new GetSpecificationResponse { Specification = loop.Specification, SpecificationHash = loop.SpecificationHash, DataVersion = loop.DataVersion });
    }

    /// <inheritdoc/>
    public override async Task FetchArrays(FetchArraysRequest request, IServerStreamWriter<FetchArraysResponse> responseStream, ServerCallContext context)
    {
        PublishedArrays.Loop loop = Find(request.JobId);
        if (request.Epoch != loop.Epoch)
        {
            throw Violations.FailedPrecondition(
                $"job {Violations.Shown(request.JobId)}: expected epoch {loop.Epoch}, got {request.Epoch}: the loop that asked for this share is over");
        }

        switch (request.ArraysCase)
        {
            case FetchArraysRequest.ArraysOneofCase.Version:
                ParameterSnapshot snapshot = loop.Version(request.Version) ?? throw Gone($"version {request.Version}");
                await SendAsync(snapshot.Parameters, responseStream, context.CancellationToken);
                await SendAsync(snapshot.Buffers, responseStream, context.CancellationToken);
                break;
            case FetchArraysRequest.ArraysOneofCase.Descriptors:
                await SendAsync(loop.Descriptors(request.Descriptors) ?? throw Gone(Violations.Shown(request.Descriptors)), responseStream, context.CancellationToken);
                break;
            default:
                throw Violations.Invalid("arrays", "expected a version or descriptors, got neither; name one");
        }
    }

    private static async Task SendAsync(float[] values, IServerStreamWriter<FetchArraysResponse> stream, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(new FetchArraysResponse { Array = new ArrayHeader { ElementType = ElementType.Float32, Length = values.Length } }, cancellationToken);

        // From where they lie: what is offered is never changed.
        ReadOnlyMemory<byte> bytes = ArrayBytes.Of(values);
        for (int offset = 0; offset < bytes.Length; offset += ChunkBytes)
        {
            ByteString data = UnsafeByteOperations.UnsafeWrap(bytes.Slice(offset, Math.Min(ChunkBytes, bytes.Length - offset)));
            await stream.WriteAsync(new FetchArraysResponse { Chunk = new TensorChunk { Offset = offset, Data = data } }, cancellationToken);
        }
    }

    // The share that asks is late: its step has been closed without it.
    private static RpcException Gone(string what) => Violations.FailedPrecondition($"{what}: expected something that the loop still offers, got what it has left behind");

    private PublishedArrays.Loop Find(string jobId)
        => arrays.Find(jobId) ?? throw Violations.FailedPrecondition($"job {Violations.Shown(jobId)}: expected one whose loop runs here, got one whose loop does not");
}
