using Microsoft.Extensions.Logging;

namespace S2M.Coordinator.Storage;

internal sealed partial class Migrator
{
    [LoggerMessage(EventId = 1, EventName = "SchemaReady", Level = LogLevel.Information, Message = "{Database}: schema was at version {Before}, is at version {After}")]
    private partial void LogSchema(string database, long before, long after);
}
