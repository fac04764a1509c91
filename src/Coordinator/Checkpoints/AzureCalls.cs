using Azure;
using Azure.Core;
using Azure.Storage.Blobs;
using S2M.Coordinator.Storage;

namespace S2M.Coordinator.Checkpoints;

/// <summary>Calls of Azure blob storage: bounded in time, and with errors that say what failed, why, and what to do.</summary>
/// <param name="options">The timeout.</param>
internal sealed class AzureCalls(CheckpointOptions options)
{
    private const int Retries = 2;
    private const int BadRequest = 400;
    private const int Unauthorized = 401;
    private const int Forbidden = 403;
    private const int NotFound = 404;
    private const int RequestTimeout = 408;
    private const int Conflict = 409;
    private const int PreconditionFailed = 412;
    private const int TooManyRequests = 429;
    private const int ServerError = 500;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>How the client library tries again.</summary>
    internal BlobClientOptions Describe() => new()
    {
        Retry = { Mode = RetryMode.Exponential, MaxRetries = Retries, Delay = FirstPause, MaxDelay = LongestPause, NetworkTimeout = options.RequestTimeout },
    };

    /// <summary>Whether an object is there already, or is not the one that was meant.</summary>
    internal static bool IsRefusedByCondition(RequestFailedException problem) => problem.Status is Conflict or PreconditionFailed;

    /// <summary>Makes a call.</summary>
    /// <param name="failure">What is said where it fails: <c>checkpoint 'a' could not be written</c>.</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FileNotFoundException">There is no such blob.</exception>
    /// <exception cref="IOException">The blob is not the one that was meant.</exception>
    /// <exception cref="StorageException">The store does not answer or refuses.</exception>
    internal async Task<T> RunAsync<T>(string failure, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (RequestFailedException problem) when (problem.Status == NotFound && problem.ErrorCode != "ContainerNotFound")
        {
            throw new FileNotFoundException($"{failure}: expected a blob, got none", problem);
        }
        catch (RequestFailedException problem) when (IsRefusedByCondition(problem) && problem.ErrorCode is "ConditionNotMet" or "BlobAlreadyExists")
        {
            throw new IOException($"{failure}: another process wrote to it meanwhile", problem);
        }
        catch (Exception problem) when (problem is RequestFailedException or AggregateException or OperationCanceledException or IOException or HttpRequestException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            (string reason, bool isTransient) = Explain(problem);
            throw new StorageException($"{failure}. Azure container '{options.Container}': {reason}.", isTransient, problem);
        }
    }

    /// <summary>Why, and what to do; and whether the same can succeed later.</summary>
    private (string Reason, bool IsTransient) Explain(Exception problem)
    {
        Exception last = problem is AggregateException { InnerExceptions: [.., { } inner] } ? inner : problem;
        return last switch
        {
            RequestFailedException { Status: Unauthorized or Forbidden } refused =>
                ($"expected an account and key that may read, write and delete blobs, got '{Code(refused)}'; correct Checkpoints:ConnectionString", false),
            RequestFailedException { Status: BadRequest or NotFound } refused =>
                ($"the store refuses: '{Code(refused)}'; see that the container is there and its name is right", false),
            RequestFailedException { Status: RequestTimeout or TooManyRequests or >= ServerError } busy =>
                ($"the store is busy ({busy.Status} '{Code(busy)}'); try again later", true),
            RequestFailedException { Status: not 0 } other => ($"the store answers {other.Status} '{Code(other)}'", false),
            OperationCanceledException =>
                ($"it did not answer within {options.RequestTimeout.TotalSeconds:0.###} s (Checkpoints:RequestTimeout), {Retries + 1} times. "
                    + "See what holds or slows the store", true),
            _ => ($"it cannot be reached: {last.Message.ReplaceLineEndings(" ")} See that the store runs and that the address is right", true),
        };
    }

    private static string Code(RequestFailedException problem) => problem.ErrorCode ?? problem.Status.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
