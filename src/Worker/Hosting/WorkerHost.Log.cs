using Microsoft.Extensions.Logging;

namespace S2M.Worker.Hosting;

/// <content>What is logged.</content>
internal sealed partial class WorkerHost
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "no token was given: whoever reaches this worker can use it; give --token-file FILE")]
    private partial void LogOpen();

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "draining: {Reason}")]
    private partial void LogDraining(string reason);

    [LoggerMessage(EventId = 3, Level = LogLevel.Information, Message = "metrics on {Address}")]
    private partial void LogMetrics(Uri address);
}
