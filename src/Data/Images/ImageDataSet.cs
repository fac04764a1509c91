using System.Security.Cryptography;
using S2M.Data.Catalogs;
using S2M.Data.Images.Containers;
using S2M.Data.Images.Decoding;
using S2M.Data.Manifests;

namespace S2M.Data.Images;

/// <summary>A data set of image files: the folder of a file is its class.</summary>
public sealed class ImageDataSet : IDataSet
{
    private readonly ImageFiles _files;
    private readonly ContainerLimits _limits;
    private readonly int[] _order;
    private readonly ManifestEntry[] _entries;
    private readonly bool[] _verified;
    private readonly Lazy<(ContentLayout Layout, int[] Images)> _content;

    /// <summary>Opens images whose files are read once, for their hashes.</summary>
    internal ImageDataSet(string name, ImageFiles files, ContainerLimits limits)
        : this(name, files, limits, null)
    {
    }

    /// <summary>Opens a version's content. No file is read: the manifest has their hashes.</summary>
    internal ImageDataSet(string name, PackContainer content, ContainerLimits limits)
        : this(name, new ImageFiles(content), limits, content.Manifest)
    {
    }

    private ImageDataSet(string name, ImageFiles files, ContainerLimits limits, Manifest? manifest)
    {
        if (files.Count == 0)
        {
            throw new DataException($"data set '{name}': expected PNG or JPEG files in class folders, got none in {files.Location}; check the path");
        }

        Name = name;
        _files = files;
        _limits = limits;
        _order = [.. Enumerable.Range(0, files.Count)];
        string[] classes = [.. _order.Select(file => ClassOf(files.PathOf(file)))];
        // UTF-16 order, as everywhere in memory; the manifest has UTF-8 order, as files do. They differ only where a name has characters beyond U+FFFF,
        // and neither is derived from the other: the manifest says what the images are, this order how they are numbered.
        Array.Sort(_order, (left, right) => string.CompareOrdinal(classes[left], classes[right]) is var byClass and not 0
            ? byClass
            : string.CompareOrdinal(files.PathOf(left), files.PathOf(right)));
        _entries = [.. _order.Select(file => manifest is null ? Describe(file) : manifest.Entries[file])];
        Manifest = manifest ?? new Manifest(_entries);
        _verified = new bool[_entries.Length];
        _content = new(LayOut);
        var list = new List<ImageClass>();
        for (int image = 0; image < _order.Length; image++)
        {
            string className = classes[_order[image]];
            if (list.Count > 0 && string.Equals(list[^1].Name, className, StringComparison.Ordinal))
            {
                list[^1] = list[^1] with { Count = list[^1].Count + 1 };
            }
            else
            {
                list.Add(new ImageClass(className, image, 1));
            }
        }

        Classes = list;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Version => Manifest.Version(Name);

    /// <summary>The files of this version.</summary>
    public Manifest Manifest { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ImageClass> Classes { get; }

    /// <inheritdoc/>
    public int ImageCount => _order.Length;

    /// <inheritdoc/>
    public string PathOf(int image) => _files.PathOf(_order[image]);

    /// <summary>SHA-256 of an image's file, 64 lower-case hexadecimal digits.</summary>
    /// <param name="image">Index of the image, 0 to <see cref="ImageCount"/> - 1.</param>
    public string HashOf(int image) => _entries[image].Sha256;

    /// <inheritdoc/>
    public void Decode(int image, ImageFormat format, Span<byte> pixels)
    {
        byte[] file = Read(image);
        ImageDecoder.Decode(PathOf(image), file, format, _limits, pixels);
    }

    /// <summary>Reads a file of the manifest.</summary>
    /// <param name="entry">Index into the manifest's entries.</param>
    /// <returns>Its bytes, as many as the manifest says.</returns>
    /// <exception cref="DataException">It cannot be read, or its bytes are not those of the manifest.</exception>
    public byte[] ReadEntry(int entry) => Read(_content.Value.Images[entry]);

    /// <summary>The version's content as a stream: the canonical bytes of the manifest, then the files in its order. Valid as long as the data set is open.</summary>
    /// <param name="offset">The first byte to read, 0 to the content's length.</param>
    /// <returns>A stream that reads and seeks; a file that changed ends it with a <see cref="DataException"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The offset is outside the content.</exception>
    public Stream OpenContent(long offset = 0) => new ContentStream(this, _content.Value.Layout, offset);

    /// <inheritdoc/>
    public void Dispose() => _files.Dispose();

    private static string ClassOf(string path)
    {
        int end = path.LastIndexOf('/');
        return end > 0
            ? path[..end]
            : throw new DataException($"image '{path}': expected it in a class folder, got it at the top; move it into the folder of its class");
    }

    // A file's hash is compared when it is first read, its length every time: what lies behind it in the content must not move.
    private byte[] Read(int image)
    {
        byte[] file = _files.Read(_order[image]);
        ManifestEntry entry = _entries[image];
        if (!_verified[image] || file.Length != entry.Length)
        {
            string hash = Convert.ToHexStringLower(SHA256.HashData(file));
            if (!string.Equals(hash, entry.Sha256, StringComparison.Ordinal))
            {
                throw new DataException(
                    $"data set '{Name}', image '{entry.Path}': expected SHA-256 {entry.Sha256}, got {hash}; the file changed: restore it or register the data set again");
            }

            _verified[image] = true;
        }

        return file;
    }

    private (ContentLayout Layout, int[] Images) LayOut()
    {
        Dictionary<string, int> images = Enumerable.Range(0, ImageCount).ToDictionary(PathOf, StringComparer.Ordinal);
        return (new ContentLayout(Manifest), [.. Manifest.Entries.Select(entry => images[entry.Path])]);
    }

    private ManifestEntry Describe(int file)
    {
        byte[] bytes = _files.Read(file);
        return new ManifestEntry(_files.PathOf(file), bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }
}
