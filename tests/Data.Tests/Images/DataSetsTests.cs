using S2M.Data.Images;
using S2M.Data.Images.Containers;
using S2M.Data.Tests.Files;

namespace S2M.Data.Tests.Images;

public sealed class DataSetsTests : IDisposable
{
    private static readonly (string Path, byte[] Bytes)[] Birds =
    [
        ("wren/2.png", TestPng.OfGray(1, 1, 20)),
        ("owl/1.png", TestPng.OfGray(1, 1, 30)),
        ("wren/10.png", TestPng.OfGray(2, 1, 40, 50)),
        ("Eagle/x.png", TestPng.OfGray(1, 1, 60)),
        ("owl/notes.txt", [1, 2, 3]),
        ("owl/.hidden.png", [1]),
    ];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Open_Omniglot_HasAllCharactersInPlaceAndDecodesConcurrentlyAsSerially()
    {
        string path = SharedData.Require("omniglot");
        using ImageDataSet dataSet = DataSets.Open("omniglot", path);
        var format = new ImageFormat(28, 1, true);

        dataSet.Version.ShouldBe("omniglot@0fd5bc50256b76227071d12b1059269bb037e4548ecfc790c16c54f543096a71");
        dataSet.Classes.Count.ShouldBe(1623);
        dataSet.ImageCount.ShouldBe(32460);
        dataSet.Classes.ShouldAllBe(imageClass => imageClass.Count == 20);
        dataSet.Classes[0].Name.ShouldBe("Alphabet_of_the_Magi/character01");
        dataSet.PathOf(0).ShouldBe("Alphabet_of_the_Magi/character01/0709_01.png");
        byte[][] serial = [.. Enumerable.Range(0, 400).Select(image => Decode(dataSet, image, format))];
        var cache = new DecodedImages(dataSet, 100 * format.PixelCount);
        Parallel.For(0, 800, i => cache.Get(i % 400, format).ToArray().ShouldBe(serial[i % 400]));
        cache.Bytes.ShouldBe(100 * format.PixelCount);
    }

    [Fact]
    public void Open_FoldersAndZipsOfOneContent_AreOneVersion()
    {
        TestZipEntry[] entries = [.. Birds.Select(bird => new TestZipEntry(bird.Path, bird.Bytes))];
        foreach ((string path, byte[] bytes) in Birds)
        {
            _folder.Write("plain/" + path, bytes);
            _folder.Write("wrapped/birds/" + path, bytes);
        }

        string[] places =
        [
            Path.Combine(_folder.Path, "plain"),
            Path.Combine(_folder.Path, "wrapped"),
            _folder.Write("deflated.zip", TestZip.Write(entries)),
            _folder.Write("stored.zip", TestZip.Write([.. entries.Select(entry => entry with { Deflated = false })])),
            _folder.Write("reversed.zip", TestZip.Write([.. entries.Reverse()])),
            _folder.Write("large.zip", TestZip.Write(large: true, count: null, [.. entries.Select(entry => entry with { Large = true })])),
            _folder.Write("wrapped.zip", TestZip.Write([new TestZipEntry("birds/", []), .. entries.Select(entry => entry with { Name = "birds/" + entry.Name })])),
        ];

        string[] versions = [.. places.Select(Version)];
        versions.Distinct(StringComparer.Ordinal).ShouldHaveSingleItem().ShouldMatch("^birds@[0-9a-f]{64}$");
    }

    [Fact]
    public void Open_OtherContentOrOtherName_IsAnotherVersion()
    {
        string one = _folder.Write("one.zip", TestZip.Write(new TestZipEntry("a/x.png", [1])));
        string other = _folder.Write("other.zip", TestZip.Write(new TestZipEntry("a/x.png", [2])));
        string renamed = _folder.Write("renamed.zip", TestZip.Write(new TestZipEntry("a/y.png", [1])));

        new[] { Version(one), Version(other), Version(renamed) }.Distinct(StringComparer.Ordinal).Count().ShouldBe(3);
    }

    [Fact]
    public void Open_Classes_AreInOrdinalOrderWithTheirImagesTogether()
    {
        using ImageDataSet dataSet = DataSets.Open("birds", _folder.Write("birds.zip", TestZip.Write([.. Birds.Select(bird => new TestZipEntry(bird.Path, bird.Bytes))])));

        dataSet.Classes.ShouldBe([new("Eagle", 0, 1), new("owl", 1, 1), new("wren", 2, 2)]);
        Enumerable.Range(0, dataSet.ImageCount).Select(dataSet.PathOf).ShouldBe(["Eagle/x.png", "owl/1.png", "wren/10.png", "wren/2.png"]);
        dataSet.Manifest.Entries.Count.ShouldBe(4);
    }

    // A folder that begins with another one's name does not fall between that one's images.
    [Fact]
    public void Open_FolderNamesThatBeginAlike_AreWholeClasses()
    {
        using ImageDataSet dataSet = DataSets.Open(
            "birds", _folder.Write("birds.zip", TestZip.Write([.. ((string[])["a/x.png", "a-b/x.png", "a/b/x.png", "a/y.png"]).Select(path => new TestZipEntry(path, [1]))])));

        dataSet.Classes.ShouldBe([new("a", 0, 2), new("a-b", 2, 1), new("a/b", 3, 1)]);
    }

    [Fact]
    public void Open_OmniglotsTwoArchives_AreOneDataSet()
    {
        _folder.Write("omniglot/images_background.zip", TestZip.Write(new TestZipEntry("images_background/Greek/character01/1.png", [1])));
        _folder.Write("omniglot/images_evaluation.zip", TestZip.Write(new TestZipEntry("images_evaluation/Avesta/character01/1.png", [2])));
        using ImageDataSet dataSet = DataSets.Open("omniglot", Path.Combine(_folder.Path, "omniglot"));

        dataSet.Classes.Select(imageClass => imageClass.Name).ShouldBe(["Avesta/character01", "Greek/character01"]);
    }

    [Fact]
    public void Open_OneImageInBothArchives_IsRefused()
    {
        _folder.Write("omniglot/images_background.zip", TestZip.Write(new TestZipEntry("images_background/Greek/character01/1.png", [1])));
        _folder.Write("omniglot/images_evaluation.zip", TestZip.Write(new TestZipEntry("images_evaluation/Greek/character01/1.png", [2])));

        Refusal("omniglot").ShouldContain("expected every path once, got 'Greek/character01/1.png' twice");
    }

    [Fact]
    public void Open_MissingPath_NamesTheRemedy() => Refusal("none").ShouldContain("--data birds=PATH");

    [Fact]
    public void Open_NoImages_IsRefused()
    {
        _folder.Write("empty/readme.txt", [1]);

        Refusal("empty").ShouldContain("expected PNG or JPEG files in class folders, got none");
    }

    [Fact]
    public void Open_ImageOutsideClassFolders_IsRefused()
    {
        _folder.Write("flat/x.png", [1]);

        Refusal("flat").ShouldContain("image 'x.png': expected it in a class folder, got it at the top");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a@b")]
    [InlineData("a b")]
    public void Open_NameThatIsNone_IsRefused(string name) =>
        Should.Throw<DataException>(() => DataSets.Open(name, _folder.Path)).Message.ShouldContain("expected letters without '@' or blanks");

    [Fact]
    public void Open_RefusedArchive_IsReleased()
    {
        string path = _folder.Write("set.zip", TestZip.Write(new TestZipEntry("x.png", [1])));
        Should.Throw<DataException>(() => DataSets.Open("birds", path));

        Should.NotThrow(() => File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose());
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Decode(ImageDataSet dataSet, int image, ImageFormat format)
    {
        byte[] pixels = new byte[format.PixelCount];
        dataSet.Decode(image, format, pixels);
        return pixels;
    }

    private static string Version(string path)
    {
        using ImageDataSet dataSet = DataSets.Open("birds", path, ContainerLimits.Default);
        return dataSet.Version;
    }

    private string Refusal(string path) => Should.Throw<DataException>(() => DataSets.Open("birds", Path.Combine(_folder.Path, path))).Message;
}
