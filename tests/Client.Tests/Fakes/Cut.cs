using Grpc.Core;

namespace S2M.Client.Tests.Fakes;

/// <summary>How a stream is cut.</summary>
public enum CutKind
{
    /// <summary>The connection's stream is reset.</summary>
    Abort,

    /// <summary>The server says that it is unavailable.</summary>
    Unavailable,

    /// <summary>The stream ends in order, too early.</summary>
    EndEarly,
}

/// <summary>A cut of a stream after a number of its messages.</summary>
public sealed record Cut(int After, CutKind Kind)
{
    /// <summary>Cuts; returns only where the stream ends in order.</summary>
    public void Make(ServerCallContext context)
    {
        if (Kind == CutKind.Abort)
        {
            context.GetHttpContext().Abort();
            throw new OperationCanceledException("aborted");
        }

        if (Kind == CutKind.Unavailable)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "going down"));
        }
    }
}
