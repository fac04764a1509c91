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
/// <param name="pin">Stores contract and hash where the job has none, and gives those that hold.</param>
internal sealed class Canary(DispatchContext context, Func<int> version, Wire.Episode episode, Func<string, string, CancellationToken, Task<(string Contract, string Hash)>> pin)
{
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
        string hash = HashOf(answer.Node(0).Sum);
        (string contract, string expected) = await pin(lane.Worker.NumericContract, hash, cancellationToken);
        if (contract != lane.Worker.NumericContract)
        {
            return $"numeric contract: expected '{contract}', got '{lane.Worker.NumericContract}'";
        }

        lane.IsVetted = hash == expected;
        return lane.IsVetted ? null : $"the gradient of the job's first episode: expected SHA-256 {expected}, got {hash}, under the same numeric contract; run s2m selftest there";
    }

    private static string HashOf(EpisodeSum sum) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<float>(sum.Values)));
}
