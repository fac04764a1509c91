using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace S2M.Coordinator.Hosting;

/// <summary>Log lines on the error stream, one each, with the time in UTC.</summary>
internal static class ConsoleLines
{
    /// <summary>Adds them. What the libraries say below a warning is left out.</summary>
    internal static ILoggingBuilder AddConsoleLines(this ILoggingBuilder logging)
    {
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            console.UseUtcTimestamp = true;
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        return logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Orleans", LogLevel.Error).AddFilter("Grpc", LogLevel.Error)
            .AddFilter("FluentMigrator", LogLevel.Warning).AddFilter("Polly", LogLevel.Error);
    }
}
