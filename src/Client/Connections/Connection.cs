using System.Diagnostics;
using System.Net;
using Grpc.Core;
using Grpc.Net.Client;

namespace S2M.Client.Connections;

/// <summary>The channel to a server: the token on every call, deadlines, a span for each operation, and errors in the client's own words.</summary>
internal sealed class Connection : IDisposable
{
    private static readonly ActivitySource Activities = new(S2MClient.ActivitySourceName);

    // A server that hangs is noticed by streams that wait for events.
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private readonly GrpcChannel _channel;
    private readonly Metadata _headers;

    /// <summary>Makes the channel; nothing is sent yet.</summary>
    /// <param name="options">How to reach the server.</param>
    internal Connection(ClientOptions options)
    {
        Options = options;
        _channel = GrpcChannel.ForAddress(options.Address, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                AutomaticDecompression = DecompressionMethods.None,
                ConnectTimeout = ConnectTimeout,
                EnableMultipleHttp2Connections = true,
                KeepAlivePingDelay = KeepAlive,
                KeepAlivePingTimeout = KeepAlive,
                KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
                UseProxy = false,
            },
            DisposeHttpClient = true,
            InitialReconnectBackoff = options.Backoff,
            MaxReconnectBackoff = options.LongestBackoff,
            ServiceConfig = ServiceConfigs.Of(options),
        });
        _headers = options.Token.Length > 0 ? new Metadata { { "authorization", $"Bearer {options.Token}" } } : [];
        Invoker = _channel.CreateCallInvoker();
    }

    /// <summary>How the server is reached.</summary>
    internal ClientOptions Options { get; }

    /// <summary>What generated clients are made of.</summary>
    internal CallInvoker Invoker { get; }

    /// <summary>Calls once, or as often as the service configuration says.</summary>
    /// <param name="operation">The span's name, such as <c>Jobs.Submit</c>.</param>
    /// <param name="deadline">How long it may take.</param>
    /// <param name="call">Begins the call.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="S2MException">The call failed.</exception>
    internal Task<TResponse> UnaryAsync<TResponse>(
        string operation, TimeSpan deadline, Func<CallOptions, AsyncUnaryCall<TResponse>> call, CancellationToken cancellationToken)
        => OperationAsync(
            operation,
            async () =>
            {
                DateTime end = Options.Time.GetUtcNow().UtcDateTime + deadline;
                using AsyncUnaryCall<TResponse> begun = call(new CallOptions(_headers, end, cancellationToken));
                return await begun.ResponseAsync;
            },
            cancellationToken);

    /// <summary>The options of a stream: the token, and no deadline, since a job may take days.</summary>
    internal CallOptions Stream(CancellationToken cancellationToken) => new(_headers, cancellationToken: cancellationToken);

    /// <summary>Does something that may call, within a span, and translates errors.</summary>
    /// <exception cref="S2MException">A call in it failed.</exception>
    internal async Task<TResult> OperationAsync<TResult>(string operation, Func<Task<TResult>> work, CancellationToken cancellationToken)
    {
        using Activity? span = Begin(operation);
        try
        {
            return await work();
        }
        catch (RpcException problem)
        {
            throw Fail(span, problem, cancellationToken);
        }
        catch (Exception problem) when (problem is S2MException or IOException)
        {
            span?.SetStatus(ActivityStatusCode.Error, problem.Message);
            throw;
        }
    }

    /// <summary>Begins an operation's span; null where nobody listens.</summary>
    internal Activity? Begin(string operation)
        => Activities.StartActivity(operation, ActivityKind.Client)?.SetTag("server.address", Options.Address.Host).SetTag("server.port", Options.Address.Port);

    /// <summary>What to throw for a call that failed; a call that was cancelled by its caller is a cancellation.</summary>
    internal Exception Fail(Activity? span, RpcException problem, CancellationToken cancellationToken)
    {
        span?.SetStatus(ActivityStatusCode.Error, problem.Status.Detail);
        return cancellationToken.IsCancellationRequested
            ? new OperationCanceledException("cancelled", problem, cancellationToken)
            : Failures.Translate(problem, Options.Address);
    }

    /// <summary>Waits before a cut stream is opened again.</summary>
    /// <param name="backoff">Counts the failures.</param>
    /// <param name="cause">What went wrong.</param>
    /// <param name="onReconnecting">Is told.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task PauseAsync(Backoff backoff, string cause, Action<Reconnection>? onReconnecting, CancellationToken cancellationToken)
    {
        TimeSpan delay = backoff.Failed();
        onReconnecting?.Invoke(new Reconnection(backoff.Failures, delay, cause));
        await Task.Delay(delay, Options.Time, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();
}
