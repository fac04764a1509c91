using Microsoft.Extensions.Logging;

namespace S2M.Coordinator.Supervision;

/// <summary>What the supervisor says.</summary>
internal static partial class SupervisorLog
{
    [LoggerMessage(3001, LogLevel.Error, "looking for work fails, and is tried again every two seconds")]
    internal static partial void Failed(ILogger logger, Exception problem);

    [LoggerMessage(3002, LogLevel.Information, "looking for work works again")]
    internal static partial void Recovered(ILogger logger);
}
