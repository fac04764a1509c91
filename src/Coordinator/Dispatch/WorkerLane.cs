using Grpc.Core;
using Grpc.Net.Client;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using S2M.Coordinator.Security;
using S2M.Coordinator.Workers;
using S2M.Transport;
using Wire = S2M.Protos.V1;

namespace S2M.Coordinator.Dispatch;

/// <summary>The way to one start of a worker: its connection, its resilience pipeline, and what the job knows of it. Used by one dispatcher.</summary>
internal sealed class WorkerLane : IDisposable
{
    private const int LargestMessage = 4 << 20;
    private const int StreamWindow = 1 << 20;
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);

    // A worker that was away is reached again soon after it is back: the library's own pauses grow to two minutes.
    private static readonly TimeSpan FirstReconnect = TimeSpan.FromMilliseconds(100);

    private readonly GrpcChannel _channel;
    private readonly Wire.WorkerService.WorkerServiceClient _client;
    private readonly CircuitBreakerStateProvider _breaker = new();
    private readonly ResiliencePipeline<ShareAnswer> _pipeline;
    private readonly Metadata _headers;
    private readonly CancellationTokenSource _gone = new();
    private readonly TimeProvider _time;
    private readonly Uri _address;
    private readonly long _ticketBytes;
    private readonly ClosedDoors _closed;
    private readonly Lock _lock = new();
    private long _rested;

    /// <summary>Opens the lane; nothing is sent yet.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="token">The token that it expects.</param>
    /// <param name="options">Keep-alive.</param>
    /// <param name="time">The clock of leases and rests.</param>
    internal WorkerLane(LentWorker worker, AccessToken token, DispatchOptions options, TimeProvider time)
    {
        Worker = worker;
        _time = time;
        Turns = new LaneTurns(time);
        _headers = token.Headers();
        _address = new Uri(worker.Address);
        _ticketBytes = options.TicketBytes;
        _closed = new ClosedDoors(time);
        _channel = GrpcChannel.ForAddress(worker.Address, new GrpcChannelOptions
        {
            MaxReceiveMessageSize = LargestMessage,
            DisposeHttpClient = true,
            InitialReconnectBackoff = FirstReconnect,
            MaxReconnectBackoff = Rest,
            HttpHandler = new SocketsHttpHandler
            {
                // A process that is stopped answers no ping: its shares come back before their lease ends.
                KeepAlivePingDelay = options.KeepAlive / 2,
                KeepAlivePingTimeout = options.KeepAlive / 2,
                KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
                InitialHttp2StreamWindowSize = StreamWindow,
                ConnectTimeout = options.KeepAlive,
                UseProxy = false,
            },
        });
        _client = new Wire.WorkerService.WorkerServiceClient(_channel);

        // Only what could not be reached is tried again at once. One whose connection broke under a share may hang, and would take as long to be found out once more.
        var transport = new PredicateBuilder<ShareAnswer>().Handle<RpcException>(problem => problem.StatusCode == StatusCode.Unavailable);
        _pipeline = new ResiliencePipelineBuilder<ShareAnswer> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<ShareAnswer>
            {
                // Two failures in a row open it, however many shares went well before: a worker that was killed has a long good record. One by itself costs nothing but its share.
                ShouldHandle = new PredicateBuilder<ShareAnswer>()
                    .Handle<RpcException>(problem => problem.StatusCode != StatusCode.Cancelled && Failures > 0)
                    .Handle<ShareAnswerException>(_ => Failures > 0),
                FailureRatio = double.Epsilon,
                MinimumThroughput = 2,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDuration = Rest,
                StateProvider = _breaker,
                OnOpened = _ =>
                {
                    RestNow();
                    return default;
                },
            })
            .AddRetry(new RetryStrategyOptions<ShareAnswer>
            {
                ShouldHandle = transport,
                MaxRetryAttempts = 1,
                Delay = TimeSpan.FromMilliseconds(100),
                UseJitter = true,
            })
            .Build();
    }

    /// <summary>The worker.</summary>
    internal LentWorker Worker { get; }

    /// <summary>Shares that are on their way, cancelled ones among them.</summary>
    internal int OnItsWay { get; set; }

    /// <summary>Which of them the worker computes, and since when.</summary>
    internal LaneTurns Turns { get; }

    /// <summary>This start of the worker.</summary>
    internal string Incarnation => Worker.Incarnation;

    /// <summary>Shares that failed since the last one that did not: who fails is asked last.</summary>
    internal int Failures { get; private set; }

    /// <summary>Why its last share failed; empty where it did not.</summary>
    internal string Problem { get; set; } = string.Empty;

    /// <summary>Whether the job's canary gave the bits that it must, or none is asked for.</summary>
    internal bool IsVetted { get; set; }

    /// <summary>Whether a share may be sent: its breaker is not open, or has been for long enough. Only a share that is sent closes it again.</summary>
    internal bool IsOpen => _breaker.CircuitState != CircuitState.Open || _time.GetElapsedTime(Volatile.Read(ref _rested)) >= Rest;

    /// <summary>A share was answered.</summary>
    internal void Succeed()
    {
        lock (_lock)
        {
            (Failures, Problem) = (0, string.Empty);
        }
    }

    /// <summary>A share failed.</summary>
    internal void Fail(string reason)
    {
        lock (_lock)
        {
            (Failures, Problem) = (Failures + 1, reason);
        }
    }

    /// <summary>Sends a request and reads its answer.</summary>
    /// <param name="request">The share; its incarnation is set here.</param>
    /// <param name="lease">How long it may take.</param>
    /// <param name="cancellationToken">Cancels the call: the worker stops at its next episode.</param>
    /// <exception cref="RpcException">It failed; Unavailable where the worker is gone.</exception>
    /// <exception cref="BrokenCircuitException">It failed twice, and has a rest.</exception>
    internal async Task<ShareAnswer> ComputeAsync(Wire.ComputeShareRequest request, TimeSpan lease, CancellationToken cancellationToken)
    {
        request.Incarnation = Worker.Incarnation;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _gone.Token);
        try
        {
            return await _pipeline.ExecuteAsync(
                async token =>
                {
                    request.TicketBytes = _closed.Has(_address) ? 0 : _ticketBytes;

                    // The lease runs from before the call on: whoever sees the call knows that its end will come.
                    using var expiry = new CancellationTokenSource(lease, _time);
                    using var stop = CancellationTokenSource.CreateLinkedTokenSource(token, expiry.Token);
                    using AsyncServerStreamingCall<Wire.ComputeShareResponse> call = _client.ComputeShare(request, _headers, DateTime.MaxValue, token);
                    try
                    {
                        return await ShareAnswer.ReadAsync(Worker, _address, call.ResponseStream, stop.Token);
                    }
                    catch (IOException broke)
                    {
                        // Where no such connection gets through, this share is computed once more, and its answer and the next ones come within their calls.
                        if (broke is ArrayDoorException)
                        {
                            _closed.Add(_address);
                        }

                        throw new RpcException(new Status(StatusCode.Unavailable, broke.Message, broke));
                    }
                    catch (Exception problem) when (expiry.IsCancellationRequested && problem is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
                    {
                        throw new RpcException(new Status(StatusCode.DeadlineExceeded, $"no answer within its lease of {lease.TotalSeconds:0.#} s"));
                    }
                },
                either.Token);
        }
        catch (BrokenCircuitException)
        {
            // The breaker goes by the clock on the wall. Where that was set back, it rests for longer than this lane believes, which must not ask again and again.
            RestNow();
            throw;
        }
        catch (Exception problem) when (IsCancelled(problem) && !cancellationToken.IsCancellationRequested && _gone.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "the directory lost the worker"));
        }
        catch (RpcException problem) when (problem.StatusCode == StatusCode.Cancelled && cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(problem.Message, problem, cancellationToken);
        }
    }

    /// <summary>The worker is not lent any more because it is gone: what is on its way is given up.</summary>
    internal void GiveUp()
    {
        try
        {
            _gone.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Its share ended by itself in the same moment, and the lane with it.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _channel.Dispose();
        _gone.Dispose();
    }

    private void RestNow() => Volatile.Write(ref _rested, _time.GetTimestamp());

    private static bool IsCancelled(Exception problem) => problem is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled };
}
