using Microsoft.Extensions.Logging;

namespace S2M.Coordinator.Workers;

/// <summary>What the directory says.</summary>
internal static partial class WorkerDirectoryLog
{
    [LoggerMessage(2001, LogLevel.Information, "worker {Worker} registered at {Address}: {Contract}")]
    internal static partial void Registered(ILogger logger, string worker, string address, string contract);

    [LoggerMessage(2002, LogLevel.Information, "worker {Worker} is {State}: {Reason}")]
    internal static partial void Moved(ILogger logger, string worker, WorkerState state, string reason);
}
