using Microsoft.Extensions.Logging;

namespace S2M.Coordinator.Services;

/// <summary>What the services say.</summary>
internal static partial class ServiceLog
{
    [LoggerMessage(4001, LogLevel.Error, "unexpected error in {Method}")]
    internal static partial void Unexpected(ILogger logger, string method, Exception problem);
}
