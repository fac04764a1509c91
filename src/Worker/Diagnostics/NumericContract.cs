using System.Runtime.InteropServices;

namespace S2M.Worker.Diagnostics;

/// <summary>What the arithmetic depends on besides the specification (docs/architecture.md, determinism): runs with equal contracts give equal bits.</summary>
public static class NumericContract
{
    /// <summary>Raised whenever arithmetic, sampling, decoding or resizing changes.</summary>
    public const int Revision = 3;

    private const string ProcessorFile = "/proc/cpuinfo";

    /// <summary>
    /// Describes this machine's contract. At the native level it names the processor, since kernels are picked by it; at a fixed level the level alone, so
    /// that unlike processors may work on one job: whether their bits agree is for the job's first episode to show.
    /// </summary>
    /// <param name="cpuLevel">As given to <see cref="NativeEnvironment.Prepare"/>.</param>
    /// <exception cref="WorkerException">There is no such level.</exception>
    public static string Describe(string cpuLevel)
    {
        NativeEnvironment.Require(cpuLevel);
        string architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        string processor = cpuLevel == NativeEnvironment.NativeLevel ? Processor(File.Exists(ProcessorFile) ? File.ReadLines(ProcessorFile) : []) : $"level {cpuLevel}";
        return $"numerics {Revision}; cpu; {architecture}; {processor}; libtorch {TorchSharp.torch.__version__}; 1 thread a worker";
    }

    /// <summary>
    /// Instruction level and kind of a processor. MKL and oneDNN choose kernels by vendor, family and model besides the flags; the flags are the processor's
    /// own, whatever this runtime has been told to leave unused.
    /// </summary>
    /// <param name="lines">Lines <c>name : value</c>, as the kernel lists them; the first processor counts.</param>
    internal static string Processor(IEnumerable<string> lines)
    {
        var facts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string[] fact in lines.TakeWhile(line => !string.IsNullOrWhiteSpace(line)).Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)))
        {
            facts.TryAdd(fact[0], fact[^1]);
        }

        string[] flags = facts.GetValueOrDefault("flags", string.Empty).Split(' ');
        string level = flags.Contains("avx512f", StringComparer.Ordinal) ? "avx512" : flags.Contains("avx2", StringComparer.Ordinal) ? "avx2" : "baseline";
        return $"{level}; {Fact("vendor_id")} family {Fact("cpu family")} model {Fact("model")}";

        string Fact(string name) => facts.GetValueOrDefault(name, "unknown");
    }
}
