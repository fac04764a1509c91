using System.Collections;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace S2M.Worker.Diagnostics;

/// <summary>
/// What must be set before the tensor library loads: kernel threads, instruction level, allocator. The runtime keeps its own copy of the
/// environment, so native libraries see only what <c>setenv</c> and <c>unsetenv</c> write.
/// </summary>
public static class NativeEnvironment
{
    /// <summary>The CPU level at which the tensor library picks its kernels by the processor alone.</summary>
    public const string NativeLevel = "native";

    /// <summary>The CPU level at which kernels use AVX2 and nothing wider, so that unlike processors can agree.</summary>
    public const string Avx2Level = "avx2";

    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MapThreshold = -3;
    private const int LargestMapThreshold = 1 << 30;
    private const int KeptBytes = 256 << 20;

    // What is inherited under these would steer kernels past the numeric contract: instruction levels, reduced precision, conditional reproducibility.
    private static readonly string[] Steering = ["ATEN_", "DNNL_", "ONEDNN_", "MKL_"];

    /// <summary>Prepares the process; call it once, first.</summary>
    /// <param name="cpuLevel"><see cref="NativeLevel"/> or <see cref="Avx2Level"/>.</param>
    /// <exception cref="WorkerException">The level is another one, the processor lacks it, or the environment cannot be changed.</exception>
    public static void Prepare(string cpuLevel)
    {
        Require(cpuLevel);
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        foreach (string name in Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(variable => (string)variable.Key).Where(IsSteering))
        {
            Unset(name);
        }

        Set("OMP_NUM_THREADS", "1");
        Set("MKL_NUM_THREADS", "1");
        if (cpuLevel == Avx2Level)
        {
            Set("ONEDNN_MAX_CPU_ISA", "AVX2");
            Set("ATEN_CPU_CAPABILITY", "avx2");
            Set("MKL_CBWR", "AVX2,STRICT");
        }
        else
        {
            Set("MKL_CBWR", "AUTO,STRICT");
        }

        // With the default thresholds every step maps and returns its activations: 1.46 times the time of a step (docs/decisions/0003).
        // A result of 0 means that the allocator is another one: slower, not wrong.
        _ = ConfigureAllocator(MapThreshold, LargestMapThreshold);
        _ = ConfigureAllocator(TrimThreshold, int.MaxValue);
        _ = ConfigureAllocator(TopPad, KeptBytes);
    }

    /// <summary>Refuses a level that does not exist or that the processor lacks.</summary>
    internal static void Require(string cpuLevel)
    {
        if (cpuLevel is not (NativeLevel or Avx2Level))
        {
            throw new WorkerException($"cpu level: expected {NativeLevel} or {Avx2Level}, got '{cpuLevel}'; there is no other level");
        }

        if (cpuLevel == Avx2Level && !Avx2.IsSupported)
        {
            throw new WorkerException($"cpu level: expected a processor with AVX2 for '{Avx2Level}', got one without; use {NativeLevel}");
        }
    }

    private static bool IsSteering(string name) => Array.Exists(Steering, prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    private static void Set(string name, string value)
    {
        if (SetEnvironment(name, value, 1) != 0)
        {
            throw new WorkerException($"environment: '{name}' could not be set to '{value}': {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    private static void Unset(string name)
    {
        if (UnsetEnvironment(name) != 0)
        {
            throw new WorkerException($"environment: '{name}' could not be removed: {Marshal.GetLastPInvokeErrorMessage()}; start the program without it");
        }
    }

    [DllImport("libc", EntryPoint = "setenv", SetLastError = true, CharSet = CharSet.Ansi, ExactSpelling = true, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetEnvironment(string name, string value, int overwrite);

    [DllImport("libc", EntryPoint = "unsetenv", SetLastError = true, CharSet = CharSet.Ansi, ExactSpelling = true, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int UnsetEnvironment(string name);

    [DllImport("libc", EntryPoint = "mallopt", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ConfigureAllocator(int parameter, int value);
}
