using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;
using S2M.Coordinator.Storage;
using S2M.Data;
using S2M.Specification;

namespace S2M.Coordinator.Services;

/// <summary>Exceptions of the domain as status codes, in one place. What nobody foresaw is Internal, and in the log with its stack.</summary>
/// <param name="logger">The log.</param>
internal sealed class ErrorInterceptor(ILogger<ErrorInterceptor> logger) : Interceptor
{
    /// <inheritdoc/>
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        => TranslateAsync(() => continuation(request, context), context);

    /// <inheritdoc/>
    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
        => TranslateAsync(() => continuation(requestStream, context), context);

    /// <inheritdoc/>
    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
        => TranslateAsync(
            async () =>
            {
                await continuation(request, responseStream, context);
                return true;
            },
            context);

    private async Task<T> TranslateAsync<T>(Func<Task<T>> call, ServerCallContext context)
    {
        try
        {
            return await call();
        }
        catch (RpcException)
        {
            throw;
        }
        catch (Exception problem) when (context.CancellationToken.IsCancellationRequested && problem is OperationCanceledException or IOException or InvalidOperationException)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "the caller went away"));
        }
        catch (Exception problem) when (problem is DataException or SpecificationException)
        {
            throw Violations.FailedPrecondition(problem.Message);
        }
        catch (StorageException problem)
        {
            throw problem.IsTransient ? Violations.Unavailable(problem.Message) : new RpcException(new Status(StatusCode.Internal, problem.Message));
        }
        catch (Exception problem) when (problem is OrleansException or TimeoutException or OperationCanceledException)
        {
            throw Violations.Unavailable($"the coordinator is starting, stopping or short of time: {problem.Message}; try again");
        }
        catch (CoordinatorException problem)
        {
            throw Violations.FailedPrecondition(problem.Message);
        }
#pragma warning disable CA1031 // The last resort: the caller hears of it, the log has the stack.
        catch (Exception problem)
#pragma warning restore CA1031
        {
            ServiceLog.Unexpected(logger, context.Method, problem);
            throw new RpcException(new Status(StatusCode.Internal, $"unexpected {problem.GetType().Name} in {context.Method}; the coordinator's log has the details"));
        }
    }
}
