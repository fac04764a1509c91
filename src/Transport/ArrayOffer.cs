using System.Security.Cryptography;

namespace S2M.Transport;

/// <summary>An array that waits for the connection that takes it. Disposed, it is offered no more, and what is on its way is cut.</summary>
public sealed class ArrayOffer : IDisposable
{
    /// <summary>Bytes of a ticket: nobody guesses one.</summary>
    internal const int TicketBytes = 16;

    private readonly ArrayOffers _offers;
#pragma warning disable RS0030 // A secret must not follow from a seed, and no result depends on it.
    private readonly byte[] _ticket = RandomNumberGenerator.GetBytes(TicketBytes);
#pragma warning restore RS0030
    private readonly TaskCompletionSource _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _over = new();
    private ITimer? _patience;
    private int _disposed;

    internal ArrayOffer(ArrayOffers offers, ReadOnlyMemory<byte> bytes)
    {
        (_offers, Bytes) = (offers, bytes);
        Name = Convert.ToHexString(_ticket);
        Over = _over.Token;
    }

    /// <summary>What the other side shows to get the array; told over a call that has shown who it is.</summary>
    public ReadOnlyMemory<byte> Ticket => _ticket;

    /// <summary>Completes when every byte was handed to the connection; fails with an <see cref="IOException"/> where that broke before, or nobody came.</summary>
    public Task Sent => _sent.Task;

    internal string Name { get; }

    internal ReadOnlyMemory<byte> Bytes { get; }

    internal CancellationToken Over { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _offers.Remove(this);
        _patience?.Dispose();
        _over.Cancel();
        _over.Dispose();
        _sent.TrySetException(new IOException("array: expected to be taken, got an end of its offer before"));

        // Whoever disposes it does not wait for it any more.
        _ = _sent.Task.Exception;
    }

    /// <summary>Gives up where nobody has come by then: whoever waits for <see cref="Sent"/> does not do so for ever.</summary>
    internal void WaitFor(TimeProvider time, TimeSpan patience)
        => _patience = time.CreateTimer(
            _ =>
            {
                if (_offers.Remove(this))
                {
                    Fail(new TimeoutException($"none within {patience.TotalSeconds:0} s"));
                }
            },
            null,
            patience,
            Timeout.InfiniteTimeSpan);

    internal void Succeed() => _sent.TrySetResult();

    internal void Fail(Exception problem) => _sent.TrySetException(new IOException($"array: expected a connection that takes {Bytes.Length} bytes, got {problem.Message}", problem));
}
