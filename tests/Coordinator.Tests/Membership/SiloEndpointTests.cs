using System.Net;
using System.Net.Sockets;
using S2M.Coordinator.Hosting;
using S2M.Coordinator.Membership;

namespace S2M.Coordinator.Tests.Membership;

/// <summary>Where other silos reach this one, by the command line; what they could not reach is refused.</summary>
public sealed class SiloEndpointTests
{
    [Fact]
    public void Of_NothingSaid_IsTheAddressOfTheServicesAndAFreePort()
    {
        SiloEndpoint endpoint = SiloEndpoint.Of(Settings("127.0.0.1:0"));

        endpoint.Advertised.ShouldBe(IPAddress.Loopback);
        endpoint.Listen.ShouldBe(IPAddress.Loopback);
        endpoint.Port.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Of_PortOfTheServices_PortOfTheSiloFollowsFromIt()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        int services = port > 20_000 ? port - 10_000 : port;

        // The port ten thousand above is taken by the test itself: the same port is asked for at every start, and none other is taken silently.
        if (services != port)
        {
            Should.Throw<CoordinatorException>(() => SiloEndpoint.Of(Settings($"127.0.0.1:{services}"))).Message.ShouldContain($"--silo-port {port}: expected a port that is free");
        }

        listener.Stop();
        SiloEndpoint.Of(Settings($"127.0.0.1:{services}", port: port)).Port.ShouldBe(port);
    }

    [Theory]
    [InlineData("0.0.0.0:5000", "http://127.0.0.1:5000", null, "--listen 0.0.0.0:5000 or --advertise says that others reach this process")]
    [InlineData("127.0.0.1:5000", "http://10.1.2.3:5000", null, "got a loopback one; give --silo-address")]
    [InlineData("127.0.0.1:5000", null, "10.1.2.3", "expected that the silo listens there")]
    [InlineData("127.0.0.1:5000", null, "0.0.0.0", "got every address; name one")]
    [InlineData("0.0.0.0:5000", "http://no-such-host.invalid:5000", null, "expected a host whose address other silos can be told, got 'no-such-host.invalid'")]
    public void Of_AnAddressThatOthersCannotReach_IsRefused(string listen, string? advertise, string? silo, string expected)
        => Should.Throw<CoordinatorException>(() => SiloEndpoint.Of(Settings(listen, advertise, silo))).Message.ShouldContain(expected);

    private static CoordinatorSettings Settings(string listen, string? advertise = null, string? silo = null, int? port = null)
        => new(IPEndPoint.Parse(listen), advertise, "token", null, WatchInput: false, silo is null ? null : IPAddress.Parse(silo), port);
}
