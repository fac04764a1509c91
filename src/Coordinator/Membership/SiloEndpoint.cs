using System.Net;
using System.Net.Sockets;
using S2M.Coordinator.Hosting;

namespace S2M.Coordinator.Membership;

/// <summary>Where other silos reach this one.</summary>
/// <param name="Advertised">The address that it tells them.</param>
/// <param name="Listen">The address that it listens on.</param>
/// <param name="Port">The port of both.</param>
internal sealed record SiloEndpoint(IPAddress Advertised, IPAddress Listen, int Port)
{
    // Far from the services' own port, and the same at every start: a silo that comes back takes the place of the one that was killed there.
    private const int Distance = 10_000;

    /// <summary>Follows from the command line: address and port of the services where nothing else is said.</summary>
    /// <param name="settings">The process.</param>
    /// <exception cref="CoordinatorException">Others could not reach it there.</exception>
    internal static SiloEndpoint Of(CoordinatorSettings settings)
    {
        IPAddress listen = settings.Listen.Address;
        IPAddress advertised = settings.SiloAddress ?? (Any(listen) ? Resolve(new Uri(settings.Advertise!).Host) : listen);
        if (Any(advertised))
        {
            throw new CoordinatorException($"--silo-address {advertised}: expected the address of this machine for other silos, got every address; name one");
        }

        bool isLoopback = IPAddress.IsLoopback(advertised);
        if (isLoopback && (!IPAddress.IsLoopback(listen) || AdvertisesToOthers(settings.Advertise)))
        {
            throw new CoordinatorException(
                $"--silo-address {advertised}: expected an address that other silos reach, since --listen {settings.Listen} or --advertise says that others reach this process, "
                + "got a loopback one; give --silo-address ADDRESS of this machine");
        }

        if (!isLoopback && IPAddress.IsLoopback(listen))
        {
            throw new CoordinatorException(
                $"--silo-address {advertised}: expected that the silo listens there, got --listen {settings.Listen}, which only this machine reaches; "
                + "listen on an address that others reach");
        }

        return new SiloEndpoint(advertised, listen, PortOf(settings, listen));
    }

    private static int PortOf(CoordinatorSettings settings, IPAddress listen)
    {
        int port = settings.SiloPort ?? (settings.Listen.Port is > 0 and <= IPEndPoint.MaxPort - Distance ? settings.Listen.Port + Distance : 0);
        try
        {
            using var probe = new TcpListener(listen, port);
            probe.Start();
            return ((IPEndPoint)probe.LocalEndpoint).Port;
        }
        catch (SocketException problem)
        {
            throw new CoordinatorException($"--silo-port {port}: expected a port that is free on {listen}, got: {problem.Message}; give another one", problem);
        }
    }

    private static bool Any(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static bool AdvertisesToOthers(string? advertise)
        => advertise is not null && new Uri(advertise) is { IsLoopback: false };

    private static IPAddress Resolve(string host)
    {
        try
        {
            IPAddress[] found = Dns.GetHostAddresses(host.Trim('[', ']'));
            return found.FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork) ?? found[0];
        }
        catch (Exception problem) when (problem is SocketException or ArgumentException or IndexOutOfRangeException)
        {
            throw new CoordinatorException(
                $"--advertise: expected a host whose address other silos can be told, got '{host}', which has none ({problem.Message}); give --silo-address ADDRESS", problem);
        }
    }
}
