using Microsoft.Extensions.Logging;

namespace S2M.Coordinator.Jobs;

/// <summary>What the list of loops says.</summary>
internal static partial class JobRunsLog
{
    [LoggerMessage(1001, LogLevel.Error, "job {Job}: a loop ended by an error that could not be stored; the supervisor begins another one")]
    internal static partial void Lost(ILogger logger, string job, Exception problem);

    [LoggerMessage(1002, LogLevel.Warning, "job {Job}: another silo has taken it over; what the loop here wrote since was refused, and the loop ends")]
    internal static partial void TakenOver(ILogger logger, string job);
}
