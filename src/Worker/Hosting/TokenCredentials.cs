using Grpc.Core;
using Grpc.Core.Interceptors;

namespace S2M.Worker.Hosting;

/// <summary>The token on the calls that a worker makes.</summary>
internal static class TokenCredentials
{
    /// <summary>The metadata's name.</summary>
    internal const string HeaderName = "authorization";

    /// <summary>The metadata's value.</summary>
    internal static string HeaderOf(string token) => $"Bearer {token}";

    /// <summary>Calls that carry the token.</summary>
    /// <param name="invoker">Makes the calls.</param>
    /// <param name="token">The token; null adds nothing.</param>
    internal static CallInvoker With(CallInvoker invoker, string? token) => token is null
        ? invoker
        : invoker.Intercept(metadata =>
        {
            metadata.Add(HeaderName, HeaderOf(token));
            return metadata;
        });
}
