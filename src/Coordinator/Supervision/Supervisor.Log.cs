using Microsoft.Extensions.Logging;

namespace S2M.Coordinator.Supervision;

/// <summary>What the supervisor says.</summary>
internal static partial class SupervisorLog
{
    [LoggerMessage(3001, LogLevel.Error, "looking for work fails, and is tried again every two seconds")]
    internal static partial void Failed(ILogger logger, Exception problem);

    [LoggerMessage(3003, LogLevel.Warning, "job {Job} could not be looked at: {Problem}")]
    internal static partial void JobFailed(ILogger logger, string job, string problem);

    [LoggerMessage(3004, LogLevel.Warning, "schedules could not be looked at: {Problem}")]
    internal static partial void SchedulesFailed(ILogger logger, string problem);

    [LoggerMessage(3002, LogLevel.Information, "looking for work works again")]
    internal static partial void Recovered(ILogger logger);
}
