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
    private readonly string[] _hashes;
    private readonly bool[] _verified;
    private Dictionary<string, int>? _images;

    internal ImageDataSet(string name, ImageFiles files, ContainerLimits limits)
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
        ManifestEntry[] entries = [.. _order.Select(Describe)];
        Manifest = new Manifest(entries);
        _hashes = [.. entries.Select(static entry => entry.Sha256)];
        _verified = new bool[entries.Length];
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
    public string HashOf(int image) => _hashes[image];

    /// <summary>Reads the file of a manifest's entry, for a copy of the data set.</summary>
    /// <param name="entry">One of <see cref="Manifest"/>'s entries.</param>
    /// <returns>Its bytes, with the entry's hash.</returns>
    /// <exception cref="DataException">There is no such file, or it changed since the data set was opened.</exception>
    public byte[] ReadFile(ManifestEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        _images ??= Enumerable.Range(0, ImageCount).ToDictionary(PathOf, StringComparer.Ordinal);
        return _images.TryGetValue(entry.Path, out int image) && HashOf(image) == entry.Sha256
            ? ReadVerified(image)
            : throw new DataException($"data set '{Name}': expected an entry of its manifest, got '{entry.Path}' with SHA-256 {entry.Sha256}; read the manifest again");
    }

    /// <inheritdoc/>
    public void Decode(int image, ImageFormat format, Span<byte> pixels) => ImageDecoder.Decode(PathOf(image), ReadVerified(image), format, _limits, pixels);

    /// <inheritdoc/>
    public void Dispose() => _files.Dispose();

    private byte[] ReadVerified(int image)
    {
        byte[] file = _files.Read(_order[image]);
        if (!_verified[image])
        {
            string hash = Convert.ToHexStringLower(SHA256.HashData(file));
            if (!string.Equals(hash, _hashes[image], StringComparison.Ordinal))
            {
                throw new DataException(
                    $"data set '{Name}', image '{PathOf(image)}': expected SHA-256 {_hashes[image]}, got {hash}; the file changed: restore it or register the data set again");
            }

            _verified[image] = true;
        }

        return file;
    }

    private static string ClassOf(string path)
    {
        int end = path.LastIndexOf('/');
        return end > 0
            ? path[..end]
            : throw new DataException($"image '{path}': expected it in a class folder, got it at the top; move it into the folder of its class");
    }

    private ManifestEntry Describe(int file)
    {
        byte[] bytes = _files.Read(file);
        return new ManifestEntry(_files.PathOf(file), bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }
}
