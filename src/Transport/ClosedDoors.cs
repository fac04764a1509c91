using System.Collections.Concurrent;

namespace S2M.Transport;

/// <summary>
/// Addresses that no connection for an array comes through to, for a while: the other side may have been away for that moment alone, or something between lets calls alone
/// through. Safe for concurrent use.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class ClosedDoors(TimeProvider time)
{
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<Uri, long> _closed = new();

    /// <summary>Whether an address is not to be asked for arrays: where calls are encrypted, by something between, it never is.</summary>
    /// <param name="address">Where calls go.</param>
    public bool Has(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.Scheme != Uri.UriSchemeHttp || (_closed.TryGetValue(address, out long since) && time.GetElapsedTime(since) < Rest);
    }

    /// <summary>No connection came about.</summary>
    /// <param name="address">Where calls go.</param>
    public void Add(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        _closed[address] = time.GetTimestamp();
    }
}
