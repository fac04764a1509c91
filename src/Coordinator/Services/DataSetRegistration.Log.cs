using Microsoft.Extensions.Logging;

namespace S2M.Coordinator.Services;

internal sealed partial class DataSetRegistration
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Data set {Version} of {Images} images is registered by {Actor}")]
    private partial void Registered(string version, int images, string actor);
}
