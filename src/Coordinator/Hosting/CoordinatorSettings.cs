using System.Net;

namespace S2M.Coordinator.Hosting;

/// <summary>What the command line says of a coordinator's process.</summary>
/// <param name="Listen">Where its services listen; port 0 takes a free one.</param>
/// <param name="Advertise">Where workers reach it; null for where it listens.</param>
/// <param name="Token">The token that every call carries; empty for none.</param>
/// <param name="MetricsPort">Port of <c>/metrics</c> and <c>/healthz</c> over HTTP/1.1; null for none.</param>
/// <param name="WatchInput">Whether the end of the standard input ends the process.</param>
/// <param name="SiloAddress">Where other silos reach it; null for the address of its services.</param>
/// <param name="SiloPort">The port for other silos; null for that of its services and 10000, or a free one where that is free to choose too.</param>
internal sealed record CoordinatorSettings(
    IPEndPoint Listen, string? Advertise, string Token, int? MetricsPort, bool WatchInput, IPAddress? SiloAddress, int? SiloPort);
