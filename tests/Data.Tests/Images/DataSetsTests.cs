using System.IO.Compression;
using S2M.Data.Images;

namespace S2M.Data.Tests.Images;

public sealed class DataSetsTests : IDisposable
{
    private static readonly ImageFormat Format = new(28, 1, true);
    private readonly string _folder = Directory.CreateTempSubdirectory("s2m-data-").FullName;

    [Fact]
    public void Open_Omniglot_HasAllCharactersAndDecodesConcurrentlyAsSerially()
    {
        string? path = Omniglot();
        Assert.SkipWhen(path is null, "shared/data/omniglot is absent");
        using ImageDataSet dataSet = DataSets.Open("omniglot", path!);

        dataSet.Classes.Count.ShouldBe(1623);
        dataSet.ImageCount.ShouldBe(32460);
        dataSet.Classes.ShouldAllBe(imageClass => imageClass.Count == 20);
        dataSet.Classes[0].Name.ShouldBe("Alphabet_of_the_Magi/character01");
        byte[][] serial = [.. Enumerable.Range(0, 400).Select(image => Decode(dataSet, image))];
        var cache = new DecodedImages(dataSet, 100 * Format.PixelCount);
        Parallel.For(0, 800, i => cache.Get(i % 400, Format).ToArray().ShouldBe(serial[i % 400]));
        cache.Bytes.ShouldBe(100 * Format.PixelCount);
    }

    [Fact]
    public void Open_MissingPath_NamesTheRemedy() =>
        Should.Throw<DataException>(() => DataSets.Open("birds", Path.Combine(_folder, "none"))).Message.ShouldContain("--data birds=PATH");

    [Theory]
    [InlineData("../a/x.png")]
    [InlineData("/a/x.png")]
    [InlineData("a\\x.png")]
    [InlineData("C:/a/x.png")]
    [InlineData("a//x.png")]
    public void Open_EscapingPath_IsRefused(string path) =>
        Should.Throw<DataException>(() => DataSets.Open("birds", Zip((path, [1])))).Message.ShouldContain("plain relative paths");

    [Fact]
    public void Open_DuplicateName_IsRefused() =>
        Should.Throw<DataException>(() => DataSets.Open("birds", Zip(("a/x.png", [1]), ("a/x.png", [2])))).Message.ShouldContain("twice");

    [Fact]
    public void Open_Bomb_IsRefused() =>
        Should.Throw<DataException>(() => DataSets.Open("birds", Zip(("a/x.png", new byte[4 << 20])))).Message.ShouldContain("unpacked bytes for a packed one");

    [Fact]
    public void Open_TruncatedZip_IsRefused()
    {
        string path = Zip(("a/x.png", [1, 2, 3]));
        byte[] bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..^5]);
        Should.Throw<DataException>(() => DataSets.Open("birds", path)).Message.ShouldContain("damaged or truncated");
    }

    [Fact]
    public void Decode_DamagedImage_IsNamed()
    {
        using ImageDataSet dataSet = DataSets.Open("birds", Zip(("a/x.png", [1, 2, 3])));
        Should.Throw<DataException>(() => Decode(dataSet, 0)).Message.ShouldContain("a/x.png");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static byte[] Decode(ImageDataSet dataSet, int image)
    {
        byte[] pixels = new byte[Format.PixelCount];
        dataSet.Decode(image, Format, pixels);
        return pixels;
    }

    private static string? Omniglot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "shared", "data", "omniglot");
            if (Directory.Exists(path))
            {
                return path;
            }
        }

        return null;
    }

    private string Zip(params (string Path, byte[] Bytes)[] entries)
    {
        string path = Path.Combine(_folder, "set.zip");
        using ZipArchive archive = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach ((string entry, byte[] bytes) in entries)
        {
            using Stream stream = archive.CreateEntry(entry).Open();
            stream.Write(bytes);
        }

        return path;
    }
}
