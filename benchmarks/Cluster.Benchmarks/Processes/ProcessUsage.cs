using System.Globalization;

namespace S2M.Cluster.Benchmarks.Processes;

/// <summary>What a process holds, by its number, as <c>/proc</c> says.</summary>
internal static class ProcessUsage
{
    /// <summary>Its resident memory, in bytes.</summary>
    /// <exception cref="IOException">It has ended.</exception>
    internal static long Bytes(int process) => BytesOf(process, "VmRSS:");

    /// <summary>The most that its resident memory ever was, in bytes.</summary>
    /// <exception cref="IOException">It has ended.</exception>
    internal static long PeakBytes(int process) => BytesOf(process, "VmHWM:");

    /// <summary>How many files and sockets it has open.</summary>
    /// <exception cref="IOException">It has ended.</exception>
    internal static int Handles(int process) => Directory.GetFileSystemEntries($"/proc/{process}/fd").Length;

    private static long BytesOf(int process, string field)
    {
        string line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal))
            ?? throw new IOException($"memory of process {process}: expected a line {field}, got none: it has ended");
        return long.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
    }
}
