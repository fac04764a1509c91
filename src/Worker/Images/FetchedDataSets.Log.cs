using Microsoft.Extensions.Logging;

namespace S2M.Worker.Images;

/// <content>What is logged.</content>
internal sealed partial class FetchedDataSets
{
    [LoggerMessage(EventId = 300, Level = LogLevel.Information, Message = "fetching data set {Version}: {Received} of {Bytes} bytes are here")]
    private partial void LogFetching(string version, long received, long bytes);

    [LoggerMessage(EventId = 301, Level = LogLevel.Information, Message = "fetched data set {Version}: {Bytes} bytes")]
    private partial void LogFetched(string version, long bytes);

    [LoggerMessage(EventId = 302, Level = LogLevel.Warning, Message = "fetch of data set {Version} was cut after {Received} bytes and goes on: {Problem}")]
    private partial void LogCut(string version, long received, string problem);

    [LoggerMessage(EventId = 303, Level = LogLevel.Warning, Message = "the registered path {Path} is not used; the content is fetched in its place: {Problem}")]
    private partial void LogPathUnusable(string path, string problem);
}
