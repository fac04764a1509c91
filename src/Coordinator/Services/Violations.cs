using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace S2M.Coordinator.Services;

/// <summary>What is wrong with a request, field by field.</summary>
internal sealed class Violations
{
    private readonly BadRequest _request = new();

    /// <summary>Notes a violation where a condition does not hold.</summary>
    /// <param name="holds">The condition.</param>
    /// <param name="field">The field, as in the proto.</param>
    /// <param name="message">Expected, got, remedy.</param>
    public Violations Require(bool holds, string field, string message)
    {
        if (!holds)
        {
            _request.FieldViolations.Add(new BadRequest.Types.FieldViolation { Field = field, Description = message });
        }

        return this;
    }

    /// <summary>Refuses the request where something is wrong with it.</summary>
    /// <exception cref="RpcException">InvalidArgument with every violation.</exception>
    public void ThrowIfAny()
    {
        if (_request.FieldViolations.Count > 0)
        {
            throw new Google.Rpc.Status
            {
                Code = (int)Code.InvalidArgument,
                Message = string.Join("; ", _request.FieldViolations.Select(violation => $"{violation.Field}: {violation.Description}")),
                Details = { Any.Pack(_request) },
            }.ToRpcException();
        }
    }
}
