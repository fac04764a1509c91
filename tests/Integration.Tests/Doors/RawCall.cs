using Google.Protobuf.Reflection;
using Grpc.Core;
using S2M.Protos.V1;

namespace S2M.Integration.Tests.Doors;

/// <summary>Any method of any service, called with any bytes.</summary>
internal static class RawCall
{
    // A stream may have nothing to say for as long as a job waits, such as the log that is followed: it was let in all the same.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(static (byte[] bytes) => bytes, static bytes => bytes);

    /// <summary>All services of the wire contract.</summary>
    internal static IReadOnlyList<ServiceDescriptor> Services { get; } =
    [
        .. new[] { JobReflection.Descriptor, ScheduleReflection.Descriptor, DataSetReflection.Descriptor, WorkerReflection.Descriptor, ParameterReflection.Descriptor }
            .SelectMany(file => file.Services),
    ];

    /// <summary>Calls a method with one message, and takes at most one answer.</summary>
    /// <param name="calls">Where to.</param>
    /// <param name="method">The method.</param>
    /// <param name="request">The message's bytes.</param>
    /// <param name="headers">With or without a token.</param>
    /// <returns>Null where it was answered, or how it was refused.</returns>
    internal static async Task<RpcException?> SendAsync(CallInvoker calls, MethodDescriptor method, byte[] request, Metadata headers)
    {
        var options = new CallOptions(headers, cancellationToken: TestContext.Current.CancellationToken);
        try
        {
            await (method.IsClientStreaming ? StreamAsync(calls, method, request, options)
                : method.IsServerStreaming ? ReadAsync(calls, method, request, options)
                : UnaryAsync(calls, method, request, options));
            return null;
        }
        catch (RpcException silent) when (method.IsServerStreaming && silent.StatusCode == StatusCode.DeadlineExceeded)
        {
            return null;
        }
        catch (RpcException refusal)
        {
            return refusal;
        }
    }

    private static async Task UnaryAsync(CallInvoker calls, MethodDescriptor method, byte[] request, CallOptions options)
    {
        using AsyncUnaryCall<byte[]> call = calls.AsyncUnaryCall(Describe(method, MethodType.Unary), null, options, request);
        await call.ResponseAsync;
    }

    private static async Task ReadAsync(CallInvoker calls, MethodDescriptor method, byte[] request, CallOptions options)
    {
        using AsyncServerStreamingCall<byte[]> call = calls.AsyncServerStreamingCall(
            Describe(method, MethodType.ServerStreaming), null, options.WithDeadline((TimeProvider.System.GetUtcNow() + Patience).UtcDateTime), request);
        await call.ResponseStream.MoveNext(options.CancellationToken);
    }

    private static async Task StreamAsync(CallInvoker calls, MethodDescriptor method, byte[] request, CallOptions options)
    {
        using AsyncClientStreamingCall<byte[], byte[]> call = calls.AsyncClientStreamingCall(Describe(method, MethodType.ClientStreaming), null, options);
        try
        {
            await call.RequestStream.WriteAsync(request);
            await call.RequestStream.CompleteAsync();
        }
        catch (Exception problem) when (problem is InvalidOperationException or RpcException)
        {
            // Refused before everything was sent: the answer says why.
        }

        await call.ResponseAsync;
    }

    private static Method<byte[], byte[]> Describe(MethodDescriptor method, MethodType type) => new(type, method.Service.FullName, method.Name, Bytes, Bytes);
}
