using System.Net.Sockets;
using Google.Rpc;
using Grpc.Core;

namespace S2M.Client.Connections;

/// <summary>From what gRPC throws to what users see.</summary>
internal static class Failures
{
    /// <summary>Whether a stream was cut, so that it can go on: the server or the way to it is gone for now. What the server refused is no cut.</summary>
    internal static bool IsCut(RpcException problem)
        => problem.StatusCode is StatusCode.Unavailable or StatusCode.Cancelled || IsTransport(problem);

    /// <summary>The error that users see.</summary>
    /// <param name="problem">What gRPC threw.</param>
    /// <param name="address">The server.</param>
    internal static S2MException Translate(RpcException problem, Uri address)
    {
        if (IsTransport(problem))
        {
            string cause = Cause(problem);
            return new S2MException(
                StatusCode.Unavailable, $"server {Show(address)}: expected an S2M server to answer, got: {cause}; start it, or correct the address", innerException: problem);
        }

        FieldViolation[] violations =
        [
            .. problem.GetRpcStatus()?.GetDetail<BadRequest>()?.FieldViolations.Select(violation => new FieldViolation(violation.Field, violation.Description)) ?? [],
        ];
        string message = problem.StatusCode switch
        {
            StatusCode.DeadlineExceeded => $"server {Show(address)}: expected an answer in time, got none; look at its log, or allow more time",
            StatusCode.Unauthenticated => $"server {Show(address)}: expected its bearer token, got none or another one: {problem.Status.Detail}; give the server's token",
            StatusCode.Unavailable or StatusCode.Cancelled => $"server {Show(address)}: not available: {problem.Status.Detail}; try again",
            _ => problem.Status.Detail,
        };
        return new S2MException(problem.StatusCode, message, violations, problem);
    }

    /// <summary>What went wrong, in the words of the innermost exception.</summary>
    internal static string Cause(RpcException problem) => problem.Status.DebugException?.GetBaseException().Message ?? problem.Status.Detail;

    private static bool IsTransport(RpcException problem)
        => problem.StatusCode is not (StatusCode.DeadlineExceeded or StatusCode.OK)
            && problem.Status.DebugException is { } cause
            && (cause is HttpRequestException or IOException || cause.GetBaseException() is SocketException or IOException);

    private static string Show(Uri address) => address.GetLeftPart(UriPartial.Authority);
}
