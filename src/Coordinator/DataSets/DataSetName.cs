using System.Diagnostics.CodeAnalysis;

namespace S2M.Coordinator.DataSets;

/// <summary>What jobs and commands write to name a data set: <c>name</c>, or <c>name@sha256</c> for one version.</summary>
/// <param name="Name">The name.</param>
/// <param name="Sha256">The version's hash; null means the newest.</param>
internal sealed record DataSetName(string Name, string? Sha256)
{
    /// <summary>Reads <c>name</c> or <c>name@sha256</c>.</summary>
    internal static bool TryParse(string text, [NotNullWhen(true)] out DataSetName? result)
    {
        int at = text.IndexOf('@', StringComparison.Ordinal);
        (string name, string? hash) = at < 0 ? (text, null) : (text[..at], text[(at + 1)..]);
        result = Names.IsName(name) && (hash is null || (hash.Length == 64 && hash.All(char.IsAsciiHexDigitLower))) ? new DataSetName(name, hash) : null;
        return result is not null;
    }
}
