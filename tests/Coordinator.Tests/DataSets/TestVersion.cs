using System.Security.Cryptography;
using S2M.Data.Tests.Files;

namespace S2M.Coordinator.Tests.DataSets;

/// <summary>A content as a client would send it.</summary>
/// <param name="Content">Manifest and files.</param>
/// <param name="ManifestBytes">Bytes of the manifest.</param>
/// <param name="Sha256">The hash that the client says.</param>
internal sealed record TestVersion(byte[] Content, int ManifestBytes, string Sha256)
{
    /// <summary>The content of files.</summary>
    internal static TestVersion Of(params (string Path, byte[] Bytes)[] files) => Of(TestContent.Manifest(files), TestContent.Write(files));

    /// <summary>Any bytes, with the hash of those that pass for the manifest.</summary>
    internal static TestVersion Of(byte[] manifest, byte[] content) => new(content, manifest.Length, Convert.ToHexStringLower(SHA256.HashData(manifest)));

    /// <summary>Small images in three classes, other ones for every seed.</summary>
    internal static TestVersion Birds(int seed) => Of(BirdFiles(seed));

    /// <summary>The files of <see cref="Birds"/>.</summary>
    internal static (string Path, byte[] Bytes)[] BirdFiles(int seed) =>
    [
        .. Enumerable.Range(0, 9).Select(image => (
            $"{(image % 3) switch { 0 => "wren", 1 => "owl", _ => "Eagle" }}/{image}.png",
            TestPng.OfGray(4, 1, (byte)seed, (byte)(seed >> 8), (byte)(seed >> 16), (byte)image))),
    ];

    /// <summary>The same with one byte changed.</summary>
    internal TestVersion Tamper(int at)
    {
        byte[] changed = [.. Content];
        changed[at] ^= 1;
        return this with { Content = changed };
    }
}
