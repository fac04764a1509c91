using System.Globalization;

namespace S2M.Cluster.Benchmarks.Processes;

/// <summary>What a process holds, by its number, as <c>/proc</c> says.</summary>
internal static class ProcessUsage
{
    private const string Resident = "VmRSS:";

    /// <summary>Its resident memory, in bytes.</summary>
    /// <exception cref="IOException">It has ended.</exception>
    internal static long Bytes(int process)
    {
        string line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(static line => line.StartsWith(Resident, StringComparison.Ordinal))
            ?? throw new IOException($"memory of process {process}: expected a line {Resident}, got none: it has ended");
        return long.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
    }

    /// <summary>How many files and sockets it has open.</summary>
    /// <exception cref="IOException">It has ended.</exception>
    internal static int Handles(int process) => Directory.GetFileSystemEntries($"/proc/{process}/fd").Length;
}
