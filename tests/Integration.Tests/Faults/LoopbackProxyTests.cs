using System.Net;
using System.Net.Sockets;
using S2M.Integration.Tests.Processes;

namespace S2M.Integration.Tests.Faults;

/// <summary>The proxy does to connections what it says. What it leads to gives every byte back.</summary>
public sealed class LoopbackProxyTests : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly LoopbackProxy _proxy;
    private readonly Task _echoing;

    public LoopbackProxyTests()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _proxy = LoopbackProxy.Start(_listener.LocalEndPoint!);
        _echoing = EchoAsync();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        _listener.Dispose();
        await _echoing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    [Fact]
    public async Task Pass_Bytes_ComeBackAndSoDoesTheEnd()
    {
        using Socket caller = await ConnectAsync();

        (await SayAsync(caller, "hello")).ShouldBe("hello");
        caller.Shutdown(SocketShutdown.Send);
        (await HearAsync(caller)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Hold_ThenRestore_DeliversLate()
    {
        using Socket caller = await ConnectAsync();
        await SayAsync(caller, "before");

        _proxy.Hold(Flow.ToTarget);
        Task<string> late = SayAsync(caller, "late");
        using Socket another = await ConnectAsync();
        Task<string> later = SayAsync(another, "later");
        (late.IsCompleted, later.IsCompleted).ShouldBe((false, false));
        _proxy.Restore();

        (await Hang.Guard(late)).ShouldBe("late");
        (await Hang.Guard(later)).ShouldBe("later");
    }

    [Fact]
    public async Task Swallow_ThenRestore_ResetsWhatLostBytesAndTakesNewOnes()
    {
        using Socket caller = await ConnectAsync();
        await SayAsync(caller, "before");
        _proxy.Swallow(Flow.ToCaller);
        Task<string> lost = SayAsync(caller, "lost");
        using Socket another = await ConnectAsync();
        Task<string> alsoLost = SayAsync(another, "lost");

        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (_proxy.Broken < 2)
        {
            await beat.WaitForNextTickAsync(Cancellation);
        }

        (lost.IsCompleted, alsoLost.IsCompleted).ShouldBe((false, false));
        _proxy.Restore();

        await Should.ThrowAsync<SocketException>(() => lost);
        await Should.ThrowAsync<SocketException>(() => alsoLost);
        using Socket third = await ConnectAsync();
        (await SayAsync(third, "after")).ShouldBe("after");
    }

    [Fact]
    public async Task Refuse_ThenRestore_CutsRefusesAndTakesAgain()
    {
        using Socket caller = await ConnectAsync();
        await SayAsync(caller, "before");

        _proxy.Refuse();
        await Should.ThrowAsync<SocketException>(() => HearAsync(caller));
        (await Should.ThrowAsync<SocketException>(ConnectAsync)).SocketErrorCode.ShouldBe(SocketError.ConnectionRefused);
        _proxy.Restore();

        using Socket another = await ConnectAsync();
        (await SayAsync(another, "after")).ShouldBe("after");
    }

    [Fact]
    public async Task CutAfter_SoManyBytes_ResetsOnce()
    {
        using Socket caller = await ConnectAsync();
        Task cut = _proxy.CutAfter(Flow.ToCaller, 8);

        (await SayAsync(caller, "four")).ShouldBe("four");
        cut.IsCompleted.ShouldBeFalse();
        await caller.SendAsync("and four"u8.ToArray(), Cancellation);
        await Hang.Guard(cut);

        using Socket another = await ConnectAsync();
        (await SayAsync(another, "more than eight bytes")).ShouldBe("more than eight bytes");
    }

    private static async Task<string> SayAsync(Socket caller, string text)
    {
        await caller.SendAsync(System.Text.Encoding.ASCII.GetBytes(text), Cancellation);
        return await HearAsync(caller);
    }

    private static async Task<string> HearAsync(Socket caller)
    {
        byte[] buffer = new byte[100];
        int count = await Hang.Guard(caller.ReceiveAsync(buffer, Cancellation).AsTask());
        return System.Text.Encoding.ASCII.GetString(buffer, 0, count);
    }

    private async Task<Socket> ConnectAsync()
    {
        var caller = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await caller.ConnectAsync(_proxy.EndPoint, Cancellation);
            return caller;
        }
        catch
        {
            caller.Dispose();
            throw;
        }
    }

    private async Task EchoAsync()
    {
        var all = new List<Task>();
        try
        {
            while (true)
            {
                all.Add(AnswerAsync(await _listener.AcceptAsync()));
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(all);
        }
    }

    private static async Task AnswerAsync(Socket caller)
    {
        using (caller)
        {
            byte[] buffer = new byte[1000];
            try
            {
                while (await caller.ReceiveAsync(buffer) is > 0 and int count)
                {
                    await caller.SendAsync(buffer.AsMemory(0, count));
                }
            }
            catch (SocketException)
            {
                // Cut.
            }
        }
    }
}
