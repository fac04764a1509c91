using System.Security.Cryptography;
using System.Text;

namespace S2M.Data.Tests.Files;

/// <summary>Writes a version's content by hand: the oracle of the code that reads and streams it.</summary>
internal static class TestContent
{
    /// <summary>The manifest's text of files, in the order of their UTF-8 paths.</summary>
    internal static byte[] Manifest(IEnumerable<(string Path, byte[] Bytes)> files)
    {
        var text = new StringBuilder("s2m-manifest 1\n");
        foreach ((string path, byte[] bytes) in InOrder(files))
        {
            text.Append(Convert.ToHexStringLower(SHA256.HashData(bytes))).Append(' ').Append(bytes.Length).Append(' ').Append(path).Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Manifest and files.</summary>
    internal static byte[] Write(IReadOnlyList<(string Path, byte[] Bytes)> files) => [.. Manifest(files), .. InOrder(files).SelectMany(static file => file.Bytes)];

    private static IEnumerable<(string Path, byte[] Bytes)> InOrder(IEnumerable<(string Path, byte[] Bytes)> files) =>
        files.OrderBy(static file => Convert.ToHexString(Encoding.UTF8.GetBytes(file.Path)), StringComparer.Ordinal);
}
