using System.Security.Cryptography;
using System.Text;
using Grpc.Core;

namespace S2M.Coordinator.Security;

/// <summary>The token that every call carries; empty where none is asked for.</summary>
/// <param name="value">The token.</param>
public sealed class AccessToken(string value)
{
    private const string Scheme = "Bearer ";
    private readonly byte[] _expected = Encoding.UTF8.GetBytes(value);

    /// <summary>Whether calls must carry it.</summary>
    public bool IsRequired => _expected.Length > 0;

    /// <summary>Whether a header is that of a caller who knows it; the time it takes does not tell how much of it was right.</summary>
    /// <param name="authorization">The value of <c>authorization</c>, or null.</param>
    public bool Accepts(string? authorization)
        => !IsRequired
            || (authorization is not null
                && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
                && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(authorization[Scheme.Length..].Trim()), _expected));

    /// <summary>Headers for a call to a worker.</summary>
    public Metadata Headers() => IsRequired ? new Metadata { { "authorization", Scheme + value } } : [];
}
