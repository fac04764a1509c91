using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using S2M.Data.Images.Containers;

namespace S2M.Data.Manifests;

/// <summary>
/// The files of a data set version, in the order of their UTF-8 paths. Two containers with the same images have the same manifest, whatever
/// they are (folder, zip) and in whatever order they list their files.
/// </summary>
public sealed class Manifest
{
    private const string Header = "s2m-manifest 1\n";

    /// <summary>Makes a manifest from files in any order.</summary>
    /// <param name="entries">The files, at least one.</param>
    /// <exception cref="DataException">There is no file, a path is not a plain relative path, occurs twice, or a hash or length is malformed.</exception>
    public Manifest(IEnumerable<ManifestEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        (ManifestEntry Entry, byte[] Key)[] keyed = [.. entries.Select(entry => (entry, Encoding.UTF8.GetBytes(entry.Path)))];
        if (keyed.Length == 0)
        {
            throw new DataException("manifest: expected at least one file, got none; add images to the data set");
        }

        Array.Sort(keyed, static (left, right) => left.Key.AsSpan().SequenceCompareTo(right.Key));
        for (int i = 0; i < keyed.Length; i++)
        {
            Check(keyed[i].Entry);
            if (i > 0 && keyed[i].Key.AsSpan().SequenceEqual(keyed[i - 1].Key))
            {
                throw new DataException($"manifest: expected every path once, got '{EntryPath.Shown(keyed[i].Entry.Path)}' twice; rename or remove one of the two files");
            }
        }

        TotalLength = Total(keyed);
        Entries = [.. keyed.Select(static pair => pair.Entry)];
        CanonicalBytes = Write(Entries);
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(CanonicalBytes.Span));
    }

    /// <summary>The files in the order of their UTF-8 paths (byte by byte).</summary>
    public IReadOnlyList<ManifestEntry> Entries { get; }

    /// <summary>
    /// What is hashed and stored: UTF-8 text, the line <c>s2m-manifest 1</c>, then a line <c>sha256 length path</c> for each file, each ended by
    /// a line feed.
    /// </summary>
    public ReadOnlyMemory<byte> CanonicalBytes { get; }

    /// <summary>SHA-256 of <see cref="CanonicalBytes"/>, 64 lower-case hexadecimal digits.</summary>
    public string Sha256 { get; }

    /// <summary>The bytes of all files together.</summary>
    public long TotalLength { get; }

    /// <summary>The version of a data set with this manifest.</summary>
    /// <param name="name">The name that jobs use.</param>
    /// <returns><c>name@sha256</c>.</returns>
    public string Version(string name) => $"{name}@{Sha256}";

    /// <summary>Reads a manifest from its canonical bytes.</summary>
    /// <param name="canonicalBytes">What <see cref="CanonicalBytes"/> gave.</param>
    /// <exception cref="DataException">The bytes are not those of a manifest in canonical form.</exception>
    public static Manifest Parse(ReadOnlySpan<byte> canonicalBytes)
    {
        string text = Encoding.UTF8.GetString(canonicalBytes);
        if (!text.StartsWith(Header, StringComparison.Ordinal) || !text.EndsWith('\n'))
        {
            throw new DataException("manifest: expected the first line 's2m-manifest 1' and a line feed at the end, got other text; write the manifest again");
        }

        var manifest = new Manifest(Lines(text).Select(ParseLine));
        if (!manifest.CanonicalBytes.Span.SequenceEqual(canonicalBytes))
        {
            throw new DataException("manifest: expected lines in the order of their paths in canonical form, got another form; write the manifest again");
        }

        return manifest;
    }

    // One by one: of text that is no manifest only the first line is looked at.
    private static IEnumerable<string> Lines(string text)
    {
        for (int start = Header.Length; start < text.Length;)
        {
            int end = text.IndexOf('\n', start);
            yield return text[start..end];
            start = end + 1;
        }
    }

    private static ManifestEntry ParseLine(string line)
    {
        string[] parts = line.Split(' ', 3);
        if (parts.Length != 3 || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long length))
        {
            throw new DataException($"manifest: expected the line 'sha256 length path', got '{EntryPath.Shown(line)}'; write the manifest again");
        }

        return new ManifestEntry(parts[2], length, parts[0]);
    }

    private static void Check(ManifestEntry entry)
    {
        EntryPath.Check("manifest", entry.Path);
        if (entry.Length < 0 || entry.Sha256.Length != 64 || !entry.Sha256.All(char.IsAsciiHexDigitLower))
        {
            throw new DataException(
                $"manifest: expected a length of at least 0 and 64 lower-case hexadecimal digits for '{EntryPath.Shown(entry.Path)}', got {entry.Length} and '{EntryPath.Shown(entry.Sha256)}'; write the manifest again");
        }
    }

    private static long Total((ManifestEntry Entry, byte[] Key)[] keyed)
    {
        long total = 0;
        foreach ((ManifestEntry entry, _) in keyed)
        {
            total = entry.Length <= long.MaxValue - total
                ? total + entry.Length
                : throw new DataException($"manifest: expected files of less than 2^63 bytes together, got more at '{EntryPath.Shown(entry.Path)}'; write the manifest again");
        }

        return total;
    }

    private static byte[] Write(IReadOnlyList<ManifestEntry> entries)
    {
        var text = new StringBuilder(Header);
        foreach (ManifestEntry entry in entries)
        {
            text.Append(entry.Sha256).Append(' ').Append(entry.Length).Append(' ').Append(entry.Path).Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
