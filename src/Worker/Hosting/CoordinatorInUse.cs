using Grpc.Core;

namespace S2M.Worker.Hosting;

/// <summary>Calls to one of several coordinators of a cluster: to the same one until it is away. Safe for concurrent use.</summary>
/// <param name="coordinators">Calls to each of them, in the order in which they are tried; at least one.</param>
internal sealed class CoordinatorInUse(IReadOnlyList<CallInvoker> coordinators) : CallInvoker
{
    private int _moves;

    private CallInvoker Current => coordinators[(int)((uint)Volatile.Read(ref _moves) % (uint)coordinators.Count)];

    /// <summary>The one in use is away: the next one is tried.</summary>
    internal void Move() => Interlocked.Increment(ref _moves);

    /// <inheritdoc/>
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        => Current.BlockingUnaryCall(method, host, options, request);

    /// <inheritdoc/>
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        => Current.AsyncUnaryCall(method, host, options, request);

    /// <inheritdoc/>
    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        => Current.AsyncServerStreamingCall(method, host, options, request);

    /// <inheritdoc/>
    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
        => Current.AsyncClientStreamingCall(method, host, options);

    /// <inheritdoc/>
    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
        => Current.AsyncDuplexStreamingCall(method, host, options);
}
