using Microsoft.Extensions.Logging;

namespace S2M.Coordinator.Schedules;

/// <content>What the operator reads.</content>
internal sealed partial class ScheduleRunner
{
    [LoggerMessage(701, LogLevel.Information, "Schedule {Namespace}/{Name}, due {Due:u}: job {JobId} submitted ({Reason})")]
    private partial void LogStarted(string @namespace, string name, DateTimeOffset due, string jobId, string reason);

    [LoggerMessage(702, LogLevel.Information, "Schedule {Namespace}/{Name}, due {Due:u}: skipped ({Reason})")]
    private partial void LogSkipped(string @namespace, string name, DateTimeOffset due, string reason);

    [LoggerMessage(703, LogLevel.Warning, "Schedule {Namespace}/{Name}, due {Due:u}: the job cannot be submitted ({Reason})")]
    private partial void LogRefused(string @namespace, string name, DateTimeOffset due, string reason);

    [LoggerMessage(704, LogLevel.Warning, "Schedule {Namespace}/{Name} could not be fired; the next round tries again")]
    private partial void LogFailed(string @namespace, string name, Exception problem);
}
