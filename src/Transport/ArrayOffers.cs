using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace S2M.Transport;

/// <summary>What this process offers to others: arrays that are taken over a connection of their own, each by whoever was told its ticket. Safe for concurrent use.</summary>
/// <param name="time">Measures how long nobody comes for an array.</param>
public sealed class ArrayOffers(TimeProvider time)
{
    /// <summary>Whoever was told a ticket comes at once; one that does not come for so long does not come at all.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, ArrayOffer> _offers = new(StringComparer.Ordinal);

    /// <summary>Offers an array until it is taken once, nobody came for a minute, or the offer is disposed.</summary>
    /// <param name="bytes">The array, at least one byte; nobody writes into it any more.</param>
    /// <returns>The offer.</returns>
    public ArrayOffer Add(ReadOnlyMemory<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(bytes.Length);
        var offer = new ArrayOffer(this, bytes);
        _offers[offer.Name] = offer;
        offer.WaitFor(time, Patience);
        return offer;
    }

    /// <summary>Takes an offer away from the list, for the one who has its ticket.</summary>
    internal bool TryTake(ReadOnlySpan<byte> ticket, [NotNullWhen(true)] out ArrayOffer? offer) => _offers.TryRemove(Convert.ToHexString(ticket), out offer);

    /// <summary>Takes an offer away from the list.</summary>
    /// <returns>False where somebody took it.</returns>
    internal bool Remove(ArrayOffer offer) => _offers.TryRemove(KeyValuePair.Create(offer.Name, offer));
}
