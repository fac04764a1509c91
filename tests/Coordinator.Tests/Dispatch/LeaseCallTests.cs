using Grpc.Core;
using S2M.Coordinator.Dispatch;

namespace S2M.Coordinator.Tests.Dispatch;

public sealed class LeaseCallTests
{
    [Fact]
    public void IsFault_ConnectionThatBroke_IsNoneWhateverItsStatus()
    {
        // What the client makes of a ping without an answer, and of a connection that is reset between two frames.
        var silent = new HttpProtocolException(1, "The HTTP/2 server didn't respond to a ping request within the configured KeepAlivePingDelay.", null);

        foreach (Exception broken in (Exception[])[silent, new HttpRequestException("reset", silent), new IOException("reset")])
        {
            LeaseCall.IsFault(new RpcException(new Status(StatusCode.Internal, broken.Message, broken))).ShouldBeFalse();
        }
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, false)]
    [InlineData(StatusCode.Cancelled, false)]
    [InlineData(StatusCode.Internal, true)]
    [InlineData(StatusCode.DeadlineExceeded, true)]
    [InlineData(StatusCode.FailedPrecondition, true)]
    public void IsFault_WhatTheWorkerAnswers_IsItsOwn(StatusCode status, bool isFault) => LeaseCall.IsFault(new RpcException(new Status(status, "so it says"))).ShouldBe(isFault);
}
