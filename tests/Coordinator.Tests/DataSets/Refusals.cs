using Google.Rpc;
using Grpc.Core;

namespace S2M.Coordinator.Tests.DataSets;

/// <summary>What a call was refused with.</summary>
internal static class Refusals
{
    /// <summary>The status of a call that must fail, with its details equal to its trailers.</summary>
    internal static async Task<RpcException> RefusedAsync(this Task call, StatusCode code)
    {
        RpcException refusal = await Should.ThrowAsync<RpcException>(call);
        refusal.StatusCode.ShouldBe(code, refusal.Status.Detail);
        refusal.GetRpcStatus().ShouldNotBeNull().Code.ShouldBe((int)code);
        return refusal;
    }

    /// <summary>The fields that it names.</summary>
    internal static string[] Fields(this RpcException refusal) =>
        [.. refusal.GetRpcStatus()!.GetDetail<BadRequest>().ShouldNotBeNull().FieldViolations.Select(static violation => violation.Field)];
}
