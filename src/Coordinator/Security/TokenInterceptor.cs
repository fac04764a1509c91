using Grpc.Core;
using Grpc.Core.Interceptors;

namespace S2M.Coordinator.Security;

/// <summary>Lets only callers in who know the token. Health and reflection are open: a probe has no secret.</summary>
/// <param name="token">The token.</param>
internal sealed class TokenInterceptor(AccessToken token) : Interceptor
{
    private static readonly string[] Open = ["/grpc.health.", "/grpc.reflection."];

    /// <inheritdoc/>
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Require(context);
        return continuation(request, context);
    }

    /// <inheritdoc/>
    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Require(context);
        return continuation(requestStream, context);
    }

    /// <inheritdoc/>
    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Require(context);
        return continuation(request, responseStream, context);
    }

    /// <inheritdoc/>
    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Require(context);
        return continuation(requestStream, responseStream, context);
    }

    private void Require(ServerCallContext context)
    {
        if (!Array.Exists(Open, prefix => context.Method.StartsWith(prefix, StringComparison.Ordinal)) && !token.Accepts(context.RequestHeaders.GetValue("authorization")))
        {
            throw new RpcException(new Status(
                StatusCode.Unauthenticated, "authorization: expected 'Bearer TOKEN' with the token of this service, got another one or none; give --token-file or set S2M_TOKEN"));
        }
    }
}
