using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace S2M.Model.Benchmarks.Reports;

/// <summary>Where and with what a benchmark ran.</summary>
/// <param name="Processor">The processor's own name.</param>
/// <param name="Cores">Logical processors of this process.</param>
/// <param name="OperatingSystem">Distribution.</param>
/// <param name="Runtime">.NET's version.</param>
/// <param name="NumericContract">Revision, device, libtorch, instruction level, threads.</param>
/// <param name="Build">Version and commit of this program.</param>
/// <param name="LoadBefore">Average number of running processes in the minute before; above 0.3 the machine was not idle. Negative where unknown.</param>
internal sealed record Machine(string Processor, int Cores, string OperatingSystem, string Runtime, string NumericContract, string Build, double LoadBefore)
{
    private const string ProcessorFile = "/proc/cpuinfo";
    private const string LoadFile = "/proc/loadavg";

    /// <summary>Describes this machine now.</summary>
    internal static Machine Describe() => new(
        File.Exists(ProcessorFile) ? ProcessorName() : RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        Worker.Diagnostics.NumericContract.Describe("native"),
        typeof(Machine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
        File.Exists(LoadFile) ? double.Parse(File.ReadAllText(LoadFile).Split(' ')[0], CultureInfo.InvariantCulture) : -1);

    private static string ProcessorName()
    {
        string? line = File.ReadLines(ProcessorFile).FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal));
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? "unknown";
    }
}
