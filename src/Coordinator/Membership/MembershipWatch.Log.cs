using Microsoft.Extensions.Logging;

namespace S2M.Coordinator.Membership;

/// <summary>What is said of silos.</summary>
internal static partial class MembershipLog
{
    [LoggerMessage(4001, LogLevel.Information, "silo {Silo} ({Name}) is {Status}")]
    internal static partial void Changed(ILogger logger, string silo, string name, SiloStatus status);
}
