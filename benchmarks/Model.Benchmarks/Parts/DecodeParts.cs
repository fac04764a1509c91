using System.IO.Compression;
using BenchmarkDotNet.Attributes;
using S2M.Data.Images;
using S2M.Model.Benchmarks.Images;
using StbImageSharp;

namespace S2M.Model.Benchmarks.Parts;

/// <summary>Decoding of image files spread over the data set: the file alone, and all that the data set does with it.</summary>
public class DecodeParts
{
    private const int ImageCount = 64;
    private const int LargestSize = 1024;

    private BenchmarkImages _images = null!;
    private int[] _indices = [];
    private byte[][] _files = [];
    private byte[] _pixels = [];
    private ImageFormat _unresized;

    [GlobalSetup]
    public void Prepare()
    {
        _images = PartInputs.Images;
        _indices = [.. Enumerable.Range(0, ImageCount).Select(index => index * (_images.Data.ImageCount / ImageCount))];
        _files = ReadFiles(_images.ContainerPath!, [.. _indices.Select(_images.Data.PathOf)]);
        int side = _files.Max(static file => Math.Max(ImageResult.FromMemory(file, ColorComponents.Default).Width, 1));
        _unresized = _images.Format with { Size = Math.Min(side, LargestSize) };
        _pixels = new byte[Math.Max(_unresized.PixelCount, _images.Format.PixelCount)];

        // The first decoding of an image also checks its hash.
        Unresized();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = ImageCount, Description = "decode a PNG file in memory")]
    public int FileAlone()
    {
        int pixels = 0;
        foreach (byte[] file in _files)
        {
            pixels += ImageResult.FromMemory(file, ColorComponents.Default).Data.Length;
        }

        return pixels;
    }

    [Benchmark(OperationsPerInvoke = ImageCount, Description = "read, decode, keep the size")]
    public byte[] Unresized() => Decode(_unresized);

    [Benchmark(OperationsPerInvoke = ImageCount, Description = "read, decode, resize")]
    public byte[] Resized() => Decode(_images.Format);

    private byte[] Decode(ImageFormat format)
    {
        foreach (int image in _indices)
        {
            _images.Data.Decode(image, format, _pixels.AsSpan(0, format.PixelCount));
        }

        return _pixels;
    }

    // The data set may have dropped a folder that all paths share.
    private static byte[][] ReadFiles(string path, string[] names)
    {
        string[] archives = File.Exists(path) ? [path] : Directory.GetFiles(path, "images_*.zip");
        var files = new byte[names.Length][];
        foreach (string archive in archives)
        {
            using ZipArchive zip = ZipFile.OpenRead(archive);
            foreach (ZipArchiveEntry entry in zip.Entries)
            {
                Keep(entry.FullName, () =>
                {
                    using Stream stream = entry.Open();
                    byte[] bytes = new byte[entry.Length];
                    stream.ReadExactly(bytes);
                    return bytes;
                });
            }
        }

        foreach (string file in archives.Length > 0 ? [] : Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories))
        {
            Keep(file, () => File.ReadAllBytes(file));
        }

        int missing = Array.FindIndex(files, static file => file is null);
        return missing < 0 ? files : throw new BenchmarkException($"decode: expected the file of image '{names[missing]}' in {path}, got none; give --images a folder or a zip");

        void Keep(string fullName, Func<byte[]> read)
        {
            int index = Array.FindIndex(names, name => fullName.EndsWith(name, StringComparison.Ordinal));
            if (index >= 0)
            {
                files[index] = read();
            }
        }
    }
}
