using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace S2M.Coordinator.Services;

/// <summary>
/// What is wrong with a request, field by field: <c>Require</c> each condition, then <see cref="ThrowIfAny"/>. Also makes the other errors that a service
/// answers with. Each carries a <c>google.rpc.Status</c>; texts are cut to a length that fits into a trailer.
/// </summary>
internal sealed class Violations
{
    private const int LongestText = 600;
    private const int LongestShown = 80;
    private const int MostViolations = 8;
    private const int LongestActor = 128;

    private readonly List<BadRequest.Types.FieldViolation> _fields = [];

    /// <summary>Notes a violation unless a condition holds.</summary>
    /// <param name="condition">What must hold.</param>
    /// <param name="field">The field as the proto names it.</param>
    /// <param name="description">Expected, got, remedy.</param>
    /// <returns>These, for the next condition.</returns>
    internal Violations Require(bool condition, string field, string description)
    {
        if (!condition && _fields.Count < MostViolations)
        {
            _fields.Add(Field(field, description));
        }

        return this;
    }

    /// <summary>Requires a UUID in <c>request_id</c>.</summary>
    internal Violations RequireRequestId(string requestId) =>
        Require(
            Guid.TryParseExact(requestId, "D", out _),
            "request_id",
            $"expected a UUID such as 6f9619ff-8b86-4d01-b42d-00cf4fc964ff, got '{Shown(requestId)}'; make one for each request");

    /// <summary>Requires a name of who asks in <c>actor</c>, or nothing.</summary>
    internal Violations RequireActor(string actor) =>
        Require(
            actor.Length <= LongestActor && !actor.Any(char.IsControl),
            "actor",
            $"expected at most {LongestActor} letters on one line, got '{Shown(actor)}'; give a user name");

    /// <summary>Requires a SHA-256.</summary>
    internal Violations RequireSha256(string hash, string field) =>
        Require(hash.Length == 64 && hash.All(char.IsAsciiHexDigitLower), field, $"expected 64 lower-case hexadecimal digits, got '{Shown(hash)}'; send the SHA-256");

    /// <summary>Refuses the request where anything was noted.</summary>
    /// <exception cref="RpcException">InvalidArgument with a <see cref="BadRequest"/>.</exception>
    internal void ThrowIfAny()
    {
        if (_fields.Count > 0)
        {
            throw Refusal(StatusCode.InvalidArgument, _fields);
        }
    }

    /// <summary>The error of one field.</summary>
    /// <param name="field">The field as the proto names it.</param>
    /// <param name="description">Expected, got, remedy.</param>
    internal static RpcException Invalid(string field, string description) => Refusal(StatusCode.InvalidArgument, [Field(field, description)]);

    /// <summary>The error of one field that asks for too much.</summary>
    internal static RpcException TooLarge(string field, string description) => Refusal(StatusCode.ResourceExhausted, [Field(field, description)]);

    /// <summary>There is no such thing.</summary>
    internal static RpcException NotFound(string message) => Refusal(StatusCode.NotFound, message);

    /// <summary>There is another thing of that name.</summary>
    internal static RpcException AlreadyExists(string message) => Refusal(StatusCode.AlreadyExists, message);

    /// <summary>The state does not allow it.</summary>
    internal static RpcException FailedPrecondition(string message) => Refusal(StatusCode.FailedPrecondition, message);

    /// <summary>Something came between; begin again.</summary>
    internal static RpcException Aborted(string message) => Refusal(StatusCode.Aborted, message);

    /// <summary>It cannot be done now; try again.</summary>
    internal static RpcException Unavailable(string message) => Refusal(StatusCode.Unavailable, message);

    /// <summary>A text from outside as a message shows it.</summary>
    internal static string Shown(string text) => Cut(text, LongestShown);

    private static BadRequest.Types.FieldViolation Field(string field, string description) => new() { Field = field, Description = Cut(description) };

    private static RpcException Refusal(StatusCode code, IReadOnlyCollection<BadRequest.Types.FieldViolation> fields) =>
        Refusal(code, string.Join("; ", fields.Select(static field => $"{field.Field}: {field.Description}")), new BadRequest { FieldViolations = { fields } });

    private static RpcException Refusal(StatusCode code, string message, BadRequest? detail = null)
    {
        var status = new Google.Rpc.Status { Code = (int)code, Message = Cut(message) };
        if (detail is not null)
        {
            status.Details.Add(Any.Pack(detail));
        }

        return status.ToRpcException();
    }

    private static string Cut(string text) => Cut(text, LongestText);

    // Never between the two halves of a character beyond U+FFFF: half of one cannot be sent.
    private static string Cut(string text, int length) => text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)] + "...";
}
