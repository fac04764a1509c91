using System.Runtime.InteropServices;
using System.Security.Cryptography;
using S2M.Worker.Diagnostics;
using S2M.Worker.Tests.Training;

namespace S2M.Worker.Tests.Diagnostics;

/// <summary>The bits of an episode in a process that has been prepared as a worker is.</summary>
internal static class EpisodeBits
{
    /// <summary>The contract, then the hash of an episode's gradient and batch statistics. Call it before libtorch is loaded.</summary>
    /// <param name="cpuLevel">The level to prepare for.</param>
    internal static string Report(string cpuLevel)
    {
        NativeEnvironment.Prepare(cpuLevel);
        using var job = new GlyphJob();
        float[] values = job.Runner.ComputeEpisode(job.Runner.Network.Initialize(), job.Sample(0)).Values;
        return $"{NumericContract.Describe(cpuLevel)}\n{Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<float>(values)))}";
    }
}
