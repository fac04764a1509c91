using System.Diagnostics;

namespace S2M.Worker.Diagnostics;

/// <summary>Traces of this process.</summary>
internal static class WorkerActivities
{
    /// <summary>The source's name.</summary>
    internal const string SourceName = "S2M.Worker";

    /// <summary>The source.</summary>
    internal static ActivitySource Source { get; } = new(SourceName);
}
