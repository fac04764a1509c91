using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using S2M.Data;
using S2M.Model;
using S2M.Specification;

namespace S2M.Worker.Services;

/// <summary>From what went wrong to the status that the caller sees.</summary>
internal static class ShareErrors
{
    private const string Domain = "s2m.v1";

    /// <summary>A refusal with a reason that programs read.</summary>
    /// <param name="code">The status.</param>
    /// <param name="reason">The reason, in upper case, such as <c>OLD_EPOCH</c>.</param>
    /// <param name="message">Name, expected, got, remedy.</param>
    internal static RpcException Refuse(StatusCode code, string reason, string message)
        => new Google.Rpc.Status { Code = (int)code, Message = message, Details = { Any.Pack(new ErrorInfo { Reason = reason, Domain = Domain }) } }.ToRpcException();

    /// <summary>A malformed request.</summary>
    /// <param name="violations">The fields and what is wrong with them, at least one.</param>
    internal static RpcException Invalid(IReadOnlyCollection<(string Field, string Problem)> violations)
    {
        var request = new BadRequest();
        request.FieldViolations.AddRange(violations.Select(violation => new BadRequest.Types.FieldViolation { Field = violation.Field, Description = violation.Problem }));
        (string field, string problem) = violations.First();
        return new Google.Rpc.Status { Code = (int)StatusCode.InvalidArgument, Message = $"{field}: {problem}", Details = { Any.Pack(request) } }.ToRpcException();
    }

    /// <summary>A pull that failed: the share may be tried again where the other side was away, and is of no use where it refused.</summary>
    /// <param name="what">What was pulled.</param>
    /// <param name="problem">How it ended.</param>
    internal static RpcException OfPull(string what, RpcException problem)
    {
        bool refused = problem.StatusCode is StatusCode.NotFound or StatusCode.FailedPrecondition or StatusCode.InvalidArgument
            or StatusCode.Unauthenticated or StatusCode.PermissionDenied or StatusCode.ResourceExhausted or StatusCode.Unimplemented;
        return Refuse(refused ? StatusCode.FailedPrecondition : StatusCode.Unavailable, "PULL", $"{what}: {problem.StatusCode}: {problem.Status.Detail}");
    }

    /// <summary>Anything else.</summary>
    /// <param name="problem">What was caught.</param>
    /// <returns>The status, and whether nobody foresaw it.</returns>
    internal static (RpcException Error, bool Unexpected) Translate(Exception problem) => problem switch
    {
        RpcException error => (error, false),
        DataException => (Refuse(StatusCode.FailedPrecondition, "DATA", problem.Message), false),
        SpecificationException or Set2ModelException or WorkerException => (Refuse(StatusCode.FailedPrecondition, "JOB", problem.Message), false),
        IOException or UnauthorizedAccessException => (Refuse(StatusCode.Unavailable, "STORAGE", problem.Message), false),
        _ => (Refuse(StatusCode.Internal, "UNEXPECTED", $"unexpected {problem.GetType().Name}: {problem.Message}"), true),
    };
}
