using System.Globalization;
using System.Net.Sockets;
using Npgsql;

namespace S2M.Integration.Tests.Faults;

/// <summary>A proxy before a PostgreSQL server that listens on a socket in a folder.</summary>
/// <param name="Proxy">The proxy.</param>
/// <param name="Connection">The connection string that leads through it.</param>
internal sealed record DatabaseProxy(LoopbackProxy Proxy, string Connection) : IAsyncDisposable
{
    /// <summary>Starts one.</summary>
    /// <param name="connection">How to reach the database past it.</param>
    internal static DatabaseProxy Before(string connection)
    {
        var settings = new NpgsqlConnectionStringBuilder(connection);
        var socket = new UnixDomainSocketEndPoint(Path.Combine(settings.Host!, string.Create(CultureInfo.InvariantCulture, $".s.PGSQL.{settings.Port}")));
        LoopbackProxy proxy = LoopbackProxy.Start(socket);
        (settings.Host, settings.Port) = (proxy.EndPoint.Address.ToString(), proxy.EndPoint.Port);
        return new DatabaseProxy(proxy, settings.ConnectionString);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Proxy.DisposeAsync();
}
