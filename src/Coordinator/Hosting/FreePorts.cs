using System.Net;
using System.Net.Sockets;

namespace S2M.Coordinator.Hosting;

/// <summary>Ports of the silo, which nobody outside the machine has to know.</summary>
internal static class FreePorts
{
    /// <summary>A port that nobody listens on now.</summary>
    internal static int Take()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
