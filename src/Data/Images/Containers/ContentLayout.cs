using System.Security.Cryptography;
using S2M.Data.Manifests;

namespace S2M.Data.Images.Containers;

/// <summary>
/// Where everything lies in a version's content: the canonical bytes of its manifest, then the files one after the other in the manifest's order.
/// It follows from the manifest alone, so that any run of the content can be made or sent again.
/// </summary>
public sealed class ContentLayout
{
    private readonly long[] _offsets;

    /// <summary>Lays out the content of a manifest.</summary>
    /// <param name="manifest">The manifest, its files less than 2^62 bytes together.</param>
    public ContentLayout(Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        Manifest = manifest;
        _offsets = new long[manifest.Entries.Count];
        long offset = manifest.CanonicalBytes.Length;
        for (int entry = 0; entry < _offsets.Length; entry++)
        {
            _offsets[entry] = offset;
            offset += manifest.Entries[entry].Length;
        }

        Length = offset;
    }

    /// <summary>What is laid out.</summary>
    public Manifest Manifest { get; }

    /// <summary>Bytes of the whole content.</summary>
    public long Length { get; }

    /// <summary>Reads the manifest that a content begins with and checks all that can be known before the files are there.</summary>
    /// <param name="manifestBytes">The content's first bytes, as many as the manifest has.</param>
    /// <param name="sha256">The hash that the manifest must have; null takes any.</param>
    /// <param name="contentBytes">Bytes of the whole content.</param>
    /// <param name="limits">What is refused.</param>
    /// <exception cref="DataException">
    /// The bytes are not the manifest of this hash, a path is not that of an image in a class folder, or the files have not the size that the content leaves
    /// for them or are beyond the limits.
    /// </exception>
    public static ContentLayout Read(ReadOnlySpan<byte> manifestBytes, string? sha256, long contentBytes, ContainerLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        string hash = Convert.ToHexStringLower(SHA256.HashData(manifestBytes));
        if (sha256 is not null && !string.Equals(hash, sha256, StringComparison.Ordinal))
        {
            throw new DataException($"manifest: expected SHA-256 {sha256}, got {hash}; send the content again from the start");
        }

        Manifest manifest = Manifest.Parse(manifestBytes);
        if (manifest.Entries.Count > limits.MaximumEntries || manifest.TotalLength > limits.MaximumTotalBytes)
        {
            throw new DataException(
                $"manifest: expected at most {limits.MaximumEntries} files of {limits.MaximumTotalBytes} bytes together, got {manifest.Entries.Count} of {manifest.TotalLength}; split the data set");
        }

        if (manifest.TotalLength != contentBytes - manifestBytes.Length)
        {
            throw new DataException(
                $"content: expected {manifest.TotalLength} bytes of files after the manifest's {manifestBytes.Length}, got {contentBytes - manifestBytes.Length}; make the content again");
        }

        foreach (ManifestEntry entry in manifest.Entries)
        {
            Check(entry, limits);
        }

        return new ContentLayout(manifest);
    }

    /// <summary>The offset of a file's first byte.</summary>
    /// <param name="entry">Index into the manifest's entries.</param>
    public long OffsetOf(int entry) => _offsets[entry];

    /// <summary>The file that holds a byte.</summary>
    /// <param name="offset">From the manifest's end to the content's, the latter exclusive.</param>
    /// <returns>Index into the manifest's entries.</returns>
    public int EntryAt(long offset)
    {
        // The last file that begins there or before: an empty one that begins at the same byte comes before the one that has it.
        int low = 0;
        int high = _offsets.Length - 1;
        while (low < high)
        {
            int middle = low + ((high - low + 1) / 2);
            (low, high) = _offsets[middle] <= offset ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    private static void Check(ManifestEntry entry, ContainerLimits limits)
    {
        if (!EntryPath.IsImage(entry.Path) || !entry.Path.Contains('/', StringComparison.Ordinal))
        {
            throw new DataException($"manifest: expected PNG or JPEG files in class folders, got '{EntryPath.Shown(entry.Path)}'; make the manifest of the images alone");
        }

        if (entry.Length > limits.MaximumFileBytes)
        {
            throw new DataException(
                $"manifest: file '{EntryPath.Shown(entry.Path)}': expected at most {limits.MaximumFileBytes} bytes, got {entry.Length}; shrink the image");
        }
    }
}
