using S2M.Client.Tests.Fakes;

namespace S2M.Client.Tests;

/// <summary>Clients that lose no time with pauses.</summary>
internal static class TestClient
{
    internal static S2MClient Of(FakeServer server, string token = "") => Of(server.Address, token);

    internal static S2MClient Of(Uri address, string token = "") => S2MClient.Connect(Options(address, token));

    internal static ClientOptions Options(Uri address, string token = "", TimeSpan? deadline = null) => new()
    {
        Address = address,
        Token = token,
        Deadline = deadline ?? TimeSpan.FromSeconds(30),
        Backoff = TimeSpan.FromMilliseconds(1),
        LongestBackoff = TimeSpan.FromMilliseconds(5),
    };
}
