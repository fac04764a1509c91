using Google.Rpc;
using Grpc.Core;
using S2M.Coordinator.Services;

namespace S2M.Coordinator.Tests.Services;

public sealed class ViolationsTests
{
    [Fact]
    public void ThrowIfAny_NothingWrong_DoesNothing()
    {
        var bad = new Violations();
        bad.Require(true, "name", "expected a name")
            .RequireRequestId("6f9619ff-8b86-4d01-b42d-00cf4fc964ff")
            .RequireSha256(new string('a', 64), "sha256")
            .RequireActor(string.Empty)
            .ShouldBeSameAs(bad);

        Should.NotThrow(bad.ThrowIfAny);
    }

    [Fact]
    public void ThrowIfAny_SeveralWrong_CarriesEachFieldInOrder()
    {
        var bad = new Violations();
        bad.Require(false, "steps", "expected 1 to 10, got 11; lower it");
        bad.RequireRequestId("{6f9619ff-8b86-4d01-b42d-00cf4fc964ff}");

        RpcException refusal = Should.Throw<RpcException>(bad.ThrowIfAny);
        refusal.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        refusal.Status.Detail.ShouldStartWith("steps: expected 1 to 10, got 11; lower it; request_id: expected a UUID");
        refusal.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations.Select(violation => violation.Field).ShouldBe(["steps", "request_id"]);
    }

    [Fact]
    public void Shown_LongText_IsCutBetweenCharacters()
    {
        Violations.Shown(new string('x', 79) + "\U0001F426").ShouldBe(new string('x', 79) + "...");
        Violations.Shown(new string('x', 80)).ShouldBe(new string('x', 80));
    }

    [Fact]
    public void ThrowIfAny_LongTexts_FitIntoATrailer()
    {
        var bad = new Violations();
        for (int i = 0; i < 100; i++)
        {
            bad.Require(false, "name", new string('x', 100_000));
        }

        RpcException refusal = Should.Throw<RpcException>(bad.ThrowIfAny);
        refusal.Trailers.Sum(entry => entry.IsBinary ? entry.ValueBytes.Length : entry.Value.Length).ShouldBeLessThan(8000);
        refusal.Status.Detail.Length.ShouldBeLessThan(1000);
    }
}
