using Microsoft.Extensions.Logging;

namespace S2M.Coordinator.DataSets;

internal sealed partial class ContentStore
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "Upload {Sha256} is refused and removed: {Reason}")]
    private partial void Discarded(string sha256, string reason);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "Upload {Path} is removed: nobody went on with it for {Lifetime}")]
    private partial void Forgotten(string path, TimeSpan lifetime);
}
