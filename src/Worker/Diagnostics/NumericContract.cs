namespace S2M.Worker.Diagnostics;

/// <summary>What the arithmetic depends on besides the specification (docs/architecture.md, determinism): runs with equal contracts give equal bits.</summary>
public static class NumericContract
{
    /// <summary>Raised whenever arithmetic, sampling, decoding or resizing changes.</summary>
    public const int Revision = 1;

    private const string ProcessorFile = "/proc/cpuinfo";

    /// <summary>Describes this machine's contract.</summary>
    /// <param name="cpuLevel">As given to <see cref="NativeEnvironment.Prepare"/>.</param>
    public static string Describe(string cpuLevel)
        => $"numerics {Revision}; cpu; libtorch {TorchSharp.torch.__version__}; {(cpuLevel == "native" ? NativeLevel() : cpuLevel)}; 1 thread a worker";

    // The processor's own flags: what the tensor library looks at, whatever this runtime has been told to leave unused.
    private static string NativeLevel()
    {
        string flags = File.Exists(ProcessorFile) ? File.ReadLines(ProcessorFile).FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal)) ?? string.Empty : string.Empty;
        return flags.Contains(" avx512f", StringComparison.Ordinal) ? "avx512" : flags.Contains(" avx2", StringComparison.Ordinal) ? "avx2" : "baseline";
    }
}
