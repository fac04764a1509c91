using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using Grpc.Core.Interceptors;
using S2M.Worker.Services;

namespace S2M.Worker.Hosting;

/// <summary>The token at the door: calls without it are refused, but for health and reflection.</summary>
/// <param name="token">What calls must carry; null where none is asked for.</param>
internal sealed class TokenInterceptor(string? token) : Interceptor
{
    private static readonly string[] Open = ["/grpc.health.", "/grpc.reflection."];

    private readonly byte[]? _expected = token is null ? null : Hash(TokenCredentials.HeaderOf(token));

    /// <inheritdoc/>
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Check(context);
        return continuation(request, context);
    }

    /// <inheritdoc/>
    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Check(context);
        return continuation(request, responseStream, context);
    }

    /// <inheritdoc/>
    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Check(context);
        return continuation(requestStream, context);
    }

    /// <inheritdoc/>
    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Check(context);
        return continuation(requestStream, responseStream, context);
    }

    private void Check(ServerCallContext context)
    {
        if (_expected is null || Array.Exists(Open, prefix => context.Method.StartsWith(prefix, StringComparison.Ordinal)))
        {
            return;
        }

        // Hashes have one length, so that the comparison tells nothing, not even the token's.
        string given = context.RequestHeaders.GetValue(TokenCredentials.HeaderName) ?? string.Empty;
        if (!CryptographicOperations.FixedTimeEquals(Hash(given), _expected))
        {
            throw ShareErrors.Refuse(StatusCode.Unauthenticated, "TOKEN", $"authorization: expected the token of this cluster, got {(given.Length == 0 ? "none" : "another")}");
        }
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
