using System.Globalization;
using System.Net;
using S2M.Coordinator.Hosting;

namespace S2M.Integration.Tests.Processes;

/// <summary>Where other coordinators reach one.</summary>
/// <param name="Address">The address that they are told, of this machine; it listens on 127.0.0.1 in any case.</param>
/// <param name="Port">The port of both.</param>
internal sealed record SiloPlace(IPAddress Address, int Port)
{
    /// <summary>The same as options of the command line.</summary>
    internal string[] Arguments => ["--silo-port", Port.ToString(CultureInfo.InvariantCulture), "--silo-address", Address.ToString()];

    /// <summary>A free port.</summary>
    /// <param name="address">The address; null for 127.0.0.1.</param>
    internal static SiloPlace Free(IPAddress? address = null) => new(address ?? IPAddress.Loopback, FreePorts.Take());
}
