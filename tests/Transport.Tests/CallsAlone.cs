using System.IO.Pipelines;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace S2M.Transport.Tests;

/// <summary>What stands between two processes and lets calls alone through.</summary>
internal static class CallsAlone
{
    /// <summary>Closes every connection that does not begin as HTTP/2 does.</summary>
    internal static void TakeCallsAlone(this ListenOptions endpoint) => endpoint.Use(next => async connection =>
    {
        ReadResult first = await connection.Transport.Input.ReadAsync();
        bool isCall = first.Buffer.FirstSpan is [(byte)'P', ..];
        connection.Transport.Input.AdvanceTo(first.Buffer.Start);
        if (isCall)
        {
            await next(connection);
        }
    });
}
