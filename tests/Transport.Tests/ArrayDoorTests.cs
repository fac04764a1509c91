using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace S2M.Transport.Tests;

/// <summary>One port for calls and arrays.</summary>
public sealed class ArrayDoorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task UseArrayDoor_ACall_GoesThrough()
    {
        await using DoorHost host = await DoorHost.StartAsync();
        using var client = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        (await client.GetStringAsync(host.Address, Token)).ShouldBe("HTTP/2");
    }

    [Fact]
    public async Task UseArrayDoor_APrefaceInPieces_IsACall()
    {
        await using DoorHost host = await DoorHost.StartAsync();
        using Socket socket = await host.ConnectAsync();

        await socket.SendAsync("P"u8.ToArray(), Token);
        await socket.SendAsync("RI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), Token);
        await socket.SendAsync(new byte[] { 0, 0, 0, 4, 0, 0, 0, 0, 0 }, Token);

        byte[] frame = await ReadAsync(socket, 9);
        frame[3].ShouldBe((byte)4, "settings");
    }

    [Fact]
    public async Task UseArrayDoor_AGreetingInPieces_GetsTheArrayAndTheEnd()
    {
        await using DoorHost host = await DoorHost.StartAsync();
        using ArrayOffer offer = host.Offers.Add("the bytes"u8.ToArray());
        using Socket socket = await host.ConnectAsync();

        await socket.SendAsync("S2M-"u8.ToArray(), Token);
        await socket.SendAsync("ARR1"u8.ToArray(), Token);
        await socket.SendAsync(offer.Ticket[..7], Token);
        await socket.SendAsync(offer.Ticket[7..], Token);

        Encoding.ASCII.GetString(await ReadAsync(socket, 17)).ShouldBe("S2M-ARR1the bytes");
        (await socket.ReceiveAsync(new byte[1], Token)).ShouldBe(0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("S2M-ARR1 and no ticket")]
    public async Task UseArrayDoor_AConnectionThatGoesSilent_IsClosed(string said)
    {
        var time = new FakeTimeProvider();
        await using DoorHost host = await DoorHost.StartAsync(time);
        using Socket socket = await host.ConnectAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes(said), Token);
        Task<int> end = socket.ReceiveAsync(new byte[1], Token).AsTask();

        // Its patience begins when the server has taken the connection: let the time come more than once.
        while (!end.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }

        (await end).ShouldBe(0);
    }

    private static async Task<byte[]> ReadAsync(Socket socket, int length)
    {
        byte[] bytes = new byte[length];
        for (int came = 0; came < length;)
        {
            int more = await socket.ReceiveAsync(bytes.AsMemory(came), Token);
            more.ShouldBeGreaterThan(0, "not the end yet");
            came += more;
        }

        return bytes;
    }
}
