using Grpc.Core;

namespace S2M.Client;

/// <summary>A call that failed: the server refused it, or could not be reached.</summary>
public sealed class S2MException : Exception
{
    /// <summary>Makes the error.</summary>
    /// <param name="status">What kind of failure it is.</param>
    /// <param name="message">What the server, or the transport, said.</param>
    /// <param name="violations">The fields that were refused; null for none.</param>
    /// <param name="innerException">What was caught.</param>
    public S2MException(StatusCode status, string message, IReadOnlyList<FieldViolation>? violations = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Status = status;
        Violations = violations ?? [];
    }

    /// <summary>
    /// What kind of failure: InvalidArgument (malformed), NotFound, AlreadyExists, FailedPrecondition (not in this state), Unauthenticated, ResourceExhausted (too large),
    /// Unavailable (not reached), DeadlineExceeded (no answer in time), DataLoss (bytes do not have their hash), or what else the server said.
    /// </summary>
    public StatusCode Status { get; }

    /// <summary>The fields that were refused; empty where the failure is about none.</summary>
    public IReadOnlyList<FieldViolation> Violations { get; }
}
