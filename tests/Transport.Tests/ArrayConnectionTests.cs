using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;

namespace S2M.Transport.Tests;

/// <summary>Arrays over connections of their own, from a real server over real sockets.</summary>
public sealed class ArrayConnectionTests
{
    // More than what sockets hold between the two sides.
    private const int Large = 64 << 20;

    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Late = TimeSpan.FromHours(1);
    private static readonly Task<bool> Open = new TaskCompletionSource<bool>().Task;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData((1 << 20) - 1)]
    [InlineData(5_000_003)]
    public async Task ReadAsync_AnOffer_GivesItsBytesInOrder(int length)
    {
        await using DoorHost host = await DoorHost.StartAsync();
        byte[] bytes = Bytes(length);
        using ArrayOffer offer = host.Offers.Add(bytes);
        byte[] read = new byte[length];
        var parts = new List<int>();

        await ArrayConnection.ReadAsync(host.Address, offer.Ticket, read, parts.Add, Open, Token);

        read.AsSpan().SequenceEqual(bytes).ShouldBeTrue("every byte in its place");
        parts.ShouldBe(parts.Distinct().Order());
        parts[^1].ShouldBe(length);
        await offer.Sent.WaitAsync(Token);
    }

    [Fact]
    public async Task ReadAsync_ManyAtOnce_EachGetsItsOwn()
    {
        await using DoorHost host = await DoorHost.StartAsync();

        await Parallel.ForEachAsync(Enumerable.Range(1, 40), Token, async (number, stop) =>
        {
            byte[] bytes = Bytes(number * 10_007);
            using ArrayOffer offer = host.Offers.Add(bytes);
            byte[] read = new byte[bytes.Length];
            await ArrayConnection.ReadAsync(host.Address, offer.Ticket, read, filled: null, Open, stop);
            read.AsSpan().SequenceEqual(bytes).ShouldBeTrue();
        });
    }

    [Theory]
    [InlineData("taken before")]
    [InlineData("disposed")]
    [InlineData("never told")]
    public async Task ReadAsync_NoSuchOffer_SaysThatNothingCame(string what)
    {
        await using DoorHost host = await DoorHost.StartAsync();
        using ArrayOffer offer = host.Offers.Add(Bytes(10));
        byte[] ticket = offer.Ticket.ToArray();
        switch (what)
        {
            case "taken before":
                await ArrayConnection.ReadAsync(host.Address, ticket, new byte[10], filled: null, Open, Token);
                break;
            case "disposed":
                offer.Dispose();
                break;
            default:
                ticket[3] ^= 1;
                break;
        }

        ArrayDoorException problem = await Should.ThrowAsync<ArrayDoorException>(() => ArrayConnection.ReadAsync(host.Address, ticket, new byte[10], filled: null, Open, Token));

        problem.Message.ShouldStartWith($"array of 10 bytes from {host.Address}: expected a connection of its own, got none: ");
    }

    [Fact]
    public async Task ReadAsync_SomethingElseAnswers_SaysThatNothingCame()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        Task<Socket> accepted = other.AcceptSocketAsync(Token).AsTask();
        byte[] read = new byte[10];

        Task reading = ArrayConnection.ReadAsync(AddressOf(other), new byte[16], read, filled: null, Open, Token);
        using Socket peer = await accepted;
        await peer.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), Token);

        (await Should.ThrowAsync<ArrayDoorException>(() => reading)).Message.ShouldEndWith("what answers is something else");
        read.ShouldAllBe(one => one == 0);
    }

    [Fact]
    public async Task ReadAsync_NobodyListens_SaysThatNothingCame()
    {
        using var gone = new TcpListener(IPAddress.Loopback, 0);
        gone.Start();
        Uri address = AddressOf(gone);
        gone.Stop();

        await Should.ThrowAsync<ArrayDoorException>(() => ArrayConnection.ReadAsync(address, new byte[16], new byte[10], filled: null, Open, Token));
    }

    [Fact]
    public async Task ReadAsync_WhatAnswersSaysNothing_IsNotWaitedForWithoutEnd()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();

        ArrayDoorException problem = await Should.ThrowAsync<ArrayDoorException>(
            () => ArrayConnection.ReadAsync(AddressOf(silent), new byte[16], new byte[10], filled: null, Open, (Soon, Late), Token));

        problem.Message.ShouldEndWith("nothing came for too long");
    }

    [Fact]
    public async Task ReadAsync_SilenceInTheMiddle_IsNotWaitedForWithoutEnd()
    {
        using var stuck = new TcpListener(IPAddress.Loopback, 0);
        stuck.Start();
        Task reading = ArrayConnection.ReadAsync(AddressOf(stuck), new byte[16], new byte[10], filled: null, Open, (Late, Soon), Token);
        using Socket peer = await stuck.AcceptSocketAsync(Token);

        await peer.SendAsync("S2M-ARR1abc"u8.ToArray(), Token);

        IOException problem = await Should.ThrowAsync<IOException>(() => reading);
        problem.ShouldNotBeOfType<ArrayDoorException>();
        problem.Message.ShouldEndWith("broke after 3 bytes: nothing came for too long");
    }

    [Fact]
    public async Task ReadAsync_OfferEndsInTheMiddle_SaysHowManyBytesCame()
    {
        await using DoorHost host = await DoorHost.StartAsync();
        ArrayOffer offer = host.Offers.Add(new byte[Large]);

        IOException problem = await Should.ThrowAsync<IOException>(() => ArrayConnection.ReadAsync(host.Address, offer.Ticket, new byte[Large], _ => offer.Dispose(), Open, Token));

        problem.ShouldNotBeOfType<ArrayDoorException>();
        problem.Message.ShouldContain("broke after ");
        await Should.ThrowAsync<IOException>(() => offer.Sent);
    }

    [Fact]
    public async Task Sent_TheOtherSideGoes_Fails()
    {
        await using DoorHost host = await DoorHost.StartAsync();
        using ArrayOffer offer = host.Offers.Add(new byte[Large]);
        using var stop = new CancellationTokenSource();

        await Should.ThrowAsync<OperationCanceledException>(() => ArrayConnection.ReadAsync(host.Address, offer.Ticket, new byte[Large], _ => stop.Cancel(), Open, stop.Token));

        (await Should.ThrowAsync<IOException>(() => offer.Sent.WaitAsync(Token))).Message.ShouldStartWith($"array: expected a connection that takes {Large} bytes, got ");
    }

    [Fact]
    public async Task Sent_NobodyComes_IsNotWaitedForWithoutEnd()
    {
        var time = new FakeTimeProvider();
        await using DoorHost host = await DoorHost.StartAsync(time);
        using ArrayOffer offer = host.Offers.Add(new byte[8]);

        time.Advance(ArrayOffers.Patience);

        (await Should.ThrowAsync<IOException>(() => offer.Sent.WaitAsync(Token))).Message.ShouldBe("array: expected a connection that takes 8 bytes, got none within 60 s");
        await Should.ThrowAsync<ArrayDoorException>(() => ArrayConnection.ReadAsync(host.Address, offer.Ticket, new byte[8], filled: null, Open, Token));
    }

    [Fact]
    public async Task ReadAsync_TheCallFails_IsGivenUpWithTheCallsOwnError()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var call = new TaskCompletionSource<bool>();
        Task reading = ArrayConnection.ReadAsync(AddressOf(silent), new byte[16], new byte[10], filled: null, call.Task, Token);
        using Socket peer = await silent.AcceptSocketAsync(Token);

        call.SetException(new TimeoutException("no ping"));

        (await Should.ThrowAsync<TimeoutException>(() => reading)).Message.ShouldBe("no ping");
    }

    private static Uri AddressOf(TcpListener listener) => new($"http://{listener.LocalEndpoint}");

    private static byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = (byte)((i * 31) ^ (i >> 8));
        }

        return bytes;
    }
}
