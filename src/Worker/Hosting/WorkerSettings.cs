using System.Net;

namespace S2M.Worker.Hosting;

/// <summary>What a worker is started with.</summary>
internal sealed record WorkerSettings
{
    /// <summary>Where the coordinators of one cluster listen, in the order in which they are tried; at least one.</summary>
    internal required IReadOnlyList<Uri> Coordinators { get; init; }

    /// <summary>Where the worker listens; port 0 takes a free one.</summary>
    internal required IPEndPoint Listen { get; init; }

    /// <summary>Where others reach the worker; by default where it listens.</summary>
    internal Uri? Advertise { get; init; }

    /// <summary>The worker's name in the directory, unique.</summary>
    internal required string Name { get; init; }

    /// <summary>What is computed on.</summary>
    internal string Device { get; init; } = "cpu";

    /// <summary>The instruction level, as <see cref="Diagnostics.NativeEnvironment.Prepare"/> takes it.</summary>
    internal required string CpuLevel { get; init; }

    /// <summary>What every call must carry in both directions; null where none is asked for.</summary>
    internal string? Token { get; init; }

    /// <summary>Where data sets are kept that were fetched.</summary>
    internal required string CacheFolder { get; init; }

    /// <summary>Paths of data sets, by name.</summary>
    internal required IReadOnlyDictionary<string, string> Data { get; init; }

    /// <summary>Port of the metrics page; 0 takes a free one, null serves none.</summary>
    internal int? MetricsPort { get; init; }

    /// <summary>Whether the worker ends when its standard input closes.</summary>
    internal bool WatchStdin { get; init; }
}
