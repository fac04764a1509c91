using System.Runtime.InteropServices;

namespace S2M.Worker.Diagnostics;

/// <summary>
/// What must be set before the tensor library loads: kernel threads, instruction level, allocator. The runtime keeps its own copy of the
/// environment, so native libraries see only what <c>setenv</c> writes.
/// </summary>
public static class NativeEnvironment
{
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MapThreshold = -3;
    private const int LargestMapThreshold = 1 << 30;
    private const int KeptBytes = 256 << 20;

    /// <summary>Prepares the process; call it once, first.</summary>
    /// <param name="cpuLevel"><c>native</c>, or <c>avx2</c> so that unlike machines give equal bits.</param>
    /// <exception cref="WorkerException">The level is neither.</exception>
    public static void Prepare(string cpuLevel)
    {
        if (cpuLevel is not ("native" or "avx2"))
        {
            throw new WorkerException($"cpu level: expected native or avx2, got '{cpuLevel}'");
        }

        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        Set("OMP_NUM_THREADS", "1");
        Set("MKL_NUM_THREADS", "1");
        Set("MKL_CBWR", cpuLevel == "avx2" ? "AVX2,STRICT" : "AUTO,STRICT");
        if (cpuLevel == "avx2")
        {
            Set("ONEDNN_MAX_CPU_ISA", "AVX2");
            Set("ATEN_CPU_CAPABILITY", "avx2");
        }

        // With the default thresholds every step maps and returns its activations: 1.46 times the time of a step (docs/decisions/0003).
        // A result of 0 means that the allocator is another one: slower, not wrong.
        _ = ConfigureAllocator(MapThreshold, LargestMapThreshold);
        _ = ConfigureAllocator(TrimThreshold, int.MaxValue);
        _ = ConfigureAllocator(TopPad, KeptBytes);
    }

    private static void Set(string name, string value)
    {
        if (SetEnvironment(name, value, 1) != 0)
        {
            throw new WorkerException($"environment: '{name}' could not be set to '{value}': {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [DllImport("libc", EntryPoint = "setenv", SetLastError = true, CharSet = CharSet.Ansi, ExactSpelling = true, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetEnvironment(string name, string value, int overwrite);

    [DllImport("libc", EntryPoint = "mallopt", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ConfigureAllocator(int parameter, int value);
}
