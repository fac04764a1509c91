using System.Net;
using System.Net.Sockets;
using S2M.Numerics.Parameters;

namespace S2M.Numerics.Tests.Parameters;

public sealed class ArrayBytesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Writable_ReadFromASocketAnArrayWasSentBy_HoldsItsNumbers()
    {
        float[] sent = [.. Enumerable.Range(0, 300_001).Select(static i => MathF.Sin(i))];
        float[] came = new float[sent.Length];
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var one = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await one.ConnectAsync(listener.LocalEndpoint, Token);
        using Socket other = await listener.AcceptSocketAsync(Token);

        Task<int> sending = one.SendAsync(ArrayBytes.Of(sent), Token).AsTask();
        Memory<byte> memory = ArrayBytes.Writable(came);
        for (int filled = 0; filled < memory.Length;)
        {
            filled += await other.ReceiveAsync(memory[filled..], Token);
        }

        (await sending).ShouldBe(sent.Length * sizeof(float));
        came.ShouldBe(sent);
    }

    [Fact]
    public void Writable_Nothing_IsEmpty() => ArrayBytes.Writable(Array.Empty<float>()).IsEmpty.ShouldBeTrue();
}
