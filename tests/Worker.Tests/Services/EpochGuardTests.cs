using Grpc.Core;
using S2M.Worker.Services;

namespace S2M.Worker.Tests.Services;

public sealed class EpochGuardTests
{
    [Fact]
    public void Require_EpochsOfTwoJobs_OnlyGrowEachForItself()
    {
        var guard = new EpochGuard();
        guard.Require("a", 2);
        guard.Require("b", 1);
        guard.Require("a", 2);
        guard.Require("a", 5);

        Should.Throw<RpcException>(() => guard.Require("a", 4)).StatusCode.ShouldBe(StatusCode.FailedPrecondition);
        guard.Require("b", 1);
        guard.Require("a", 5);
    }

    [Fact]
    public void Require_ThousandsOfOtherJobs_AJobInUseIsNotForgotten()
    {
        var guard = new EpochGuard();
        guard.Require("mine", 7);
        for (int job = 0; job < 10_000; job++)
        {
            guard.Require($"other {job}", 1);
            if (job % 1000 == 0)
            {
                guard.Require("mine", 7);
            }
        }

        Should.Throw<RpcException>(() => guard.Require("mine", 6));
    }
}
