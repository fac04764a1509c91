using Google.Protobuf;
using Grpc.Core;
using S2M.Coordinator.Parameters;
using S2M.Numerics.Parameters;
using S2M.Protos.V1;
using S2M.Transport;

namespace S2M.Coordinator.Services;

/// <summary>What workers pull from the loops of this silo.</summary>
/// <param name="arrays">What the loops offer.</param>
/// <param name="offers">Large ones, for connections of their own.</param>
internal sealed class ParameterEndpoint(PublishedArrays arrays, ArrayOffers offers) : ParameterService.ParameterServiceBase
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
                await SendAsync(snapshot.Parameters, request.TicketBytes, responseStream, context.CancellationToken);
                await SendAsync(snapshot.Buffers, request.TicketBytes, responseStream, context.CancellationToken);
                break;
            case FetchArraysRequest.ArraysOneofCase.Descriptors:
                float[] descriptors = loop.Descriptors(request.Descriptors) ?? throw Gone(Violations.Shown(request.Descriptors));
                await SendAsync(descriptors, request.TicketBytes, responseStream, context.CancellationToken);
                break;
            default:
                throw Violations.Invalid("arrays", "expected a version or descriptors, got neither; name one");
        }
    }

    // From where they lie: what is offered is never changed.
    private async Task SendAsync(float[] values, long ticketBytes, IServerStreamWriter<FetchArraysResponse> stream, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> bytes = ArrayBytes.Of(values);
        var header = new ArrayHeader { ElementType = ElementType.Float32, Length = values.Length };
        if (ticketBytes > 0 && bytes.Length >= ticketBytes)
        {
            using ArrayOffer offer = offers.Add(bytes);
            header.Ticket = UnsafeByteOperations.UnsafeWrap(offer.Ticket);
            await stream.WriteAsync(new FetchArraysResponse { Array = header }, cancellationToken);
            await SentAsync(offer, cancellationToken);
            return;
        }

        await stream.WriteAsync(new FetchArraysResponse { Array = header }, cancellationToken);
        for (int offset = 0; offset < bytes.Length; offset += ChunkBytes)
        {
            ByteString data = UnsafeByteOperations.UnsafeWrap(bytes.Slice(offset, Math.Min(ChunkBytes, bytes.Length - offset)));
            await stream.WriteAsync(new FetchArraysResponse { Chunk = new TensorChunk { Offset = offset, Data = data } }, cancellationToken);
        }
    }

    private static async Task SentAsync(ArrayOffer offer, CancellationToken cancellationToken)
    {
        try
        {
            await offer.Sent.WaitAsync(cancellationToken);
        }
        catch (IOException broke)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, broke.Message, broke));
        }
    }

    // The share that asks is late: its step has been closed without it.
    private static RpcException Gone(string what) => Violations.FailedPrecondition($"{what}: expected something that the loop still offers, got what it has left behind");

    private PublishedArrays.Loop Find(string jobId)
        => arrays.Find(jobId) ?? throw Violations.FailedPrecondition($"job {Violations.Shown(jobId)}: expected one whose loop runs here, got one whose loop does not");
}
