using System.Runtime.InteropServices;
using System.Security.Cryptography;
using S2M.Numerics.Averaging;
using Wire = S2M.Protos.V1;

namespace S2M.Coordinator.Dispatch;

/// <summary>
/// The job's first episode at version 0, which every worker computes before its first share: where the bits of its gradient differ, the worker is refused. The
/// first one sets what the others must give.
/// </summary>
/// <param name="context">The job and its loop.</param>
/// <param name="version">The number under which version 0 is published.</param>
/// <param name="episode">The first episode of the first step.</param>
/// <param name="length">Numbers of a gradient.</param>
/// <param name="pin">Stores contract and hash where the job has none, and gives those that hold.</param>
internal sealed class Canary(
    DispatchContext context, Func<int> version, Wire.Episode episode, int length, Func<string, string, CancellationToken, Task<(string Contract, string Hash)>> pin)
{
    // Of this loop; an earlier one may have pinned it already.
    private string? _expected;

    /// <summary>The canary as a share, for leases and messages.</summary>
    internal static ShareWork Work { get; } = new("canary", 0, 1, static _ => { }, static _ => { });

    /// <summary>Lets a worker compute the episode.</summary>
    /// <param name="lane">The worker.</param>
    /// <param name="clock">For the lease.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Why it is refused; null where it is not.</returns>
    internal async Task<string?> RefuseAsync(WorkerLane lane, ShareClock clock, CancellationToken cancellationToken)
    {
        Wire.ComputeShareRequest request = context.NewRequest(0, 0);
        request.Gradient = new Wire.GradientWork { Version = version(), Leaves = 1, First = 0, Episodes = { episode } };
        ShareAnswer answer = await lane.ComputeAsync(request, clock.Lease(Work, lane.Incarnation), cancellationToken);
        EpisodeSum sum = answer.Node(0).Sum;
        ShareAnswer.Require(answer.Count == 1 && sum.Present is 0 or 1, "the node of the job's first episode");
        if (sum.Present == 0 && _expected is null)
        {
            // Not finite, which has no bits to compare: one that computes so alone must not set what all others must give. Its episodes count against the budget.
            lane.IsVetted = true;
            return null;
        }

        ShareAnswer.Require(sum.Present == 0 || sum.Values.Length == length, $"{length} numbers in a gradient, not {sum.Values.Length}");
        string hash = HashOf(sum);
        (string contract, string expected) = await pin(lane.Worker.NumericContract, hash, cancellationToken);
        if (contract != lane.Worker.NumericContract)
        {
            return $"numeric contract: expected '{contract}', got '{lane.Worker.NumericContract}'";
        }

        _expected = expected;
        lane.IsVetted = hash == expected;
        return lane.IsVetted ? null : $"the gradient of the job's first episode: expected SHA-256 {expected}, got {hash}, under the same numeric contract; run s2m selftest there";
    }

    private static string HashOf(EpisodeSum sum) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<float>(sum.Values)));
}
