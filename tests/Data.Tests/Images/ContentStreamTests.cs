using CsCheck;
using S2M.Data.Images;
using S2M.Data.Tests.Files;

namespace S2M.Data.Tests.Images;

public sealed class ContentStreamTests : IDisposable
{
    private static readonly ImageFormat Format = new(2, 3, true);

    // Names whose order differs between UTF-8 and UTF-16, that nest, share a first folder, or begin alike.
    private static readonly string[] Classes = ["a", "a-b", "a/b", "a/b/c", "B", "\U0001F426", "\uFF21", "é", "zz"];

    private static readonly Gen<(string Path, byte[] Bytes)[]> Files =
        Gen.Select(Gen.Int[0, Classes.Length - 1], Gen.Int[0, 30], Gen.Byte.Array[4])
            .Select(static (folder, file, pixels) => (Path: $"{Classes[folder]}/{file}.png", Bytes: TestPng.OfGray(2, 2, pixels)))
            .Array[1, 12]
            .Select(static files => files.DistinctBy(static file => file.Path, StringComparer.Ordinal).ToArray());

    private readonly TemporaryFolder _folder = new();
    private int _places;

    [Fact]
    public void OpenContent_OfFolderAndZip_IsTheSameDataSetAgain()
    {
        Files.Sample(files =>
        {
            string place = $"{_places++}";
            foreach ((string path, byte[] bytes) in files)
            {
                _folder.Write($"{place}/{path}", bytes);
            }

            using ImageDataSet folder = DataSets.Open("birds", Path.Combine(_folder.Path, place));
            using ImageDataSet zip = DataSets.Open("birds", _folder.Write($"{place}.zip", TestZip.Write([.. files.Select(file => new TestZipEntry(file.Path, file.Bytes))])));
            byte[] content = Read(folder, 0);
            Read(zip, 0).ShouldBe(content);
            using ImageDataSet again = DataSets.OpenContent("birds", _folder.Write($"{place}.content", content), folder.Manifest.CanonicalBytes.Length, null, folder.Manifest.Sha256);

            Facts(zip).ShouldBe(Facts(folder));
            Facts(again).ShouldBe(Facts(folder));
            Read(again, 0).ShouldBe(content);
        }, iter: 60, threads: 1);
    }

    [Fact]
    public void OpenContent_FromAnyOffset_IsTheRestOfWhatIsWrittenByHand()
    {
        Gen.Select(Files, Gen.Int[0, 1_000_000], Gen.Int[1, 400]).Sample((files, at, buffer) =>
        {
            using ImageDataSet dataSet = DataSets.Open("birds", _folder.Write($"{_places++}.zip", TestZip.Write([.. files.Select(file => new TestZipEntry("root/" + file.Path, file.Bytes))])));
            byte[] expected = TestContent.Write(files);
            int offset = at % (expected.Length + 1);

            using Stream stream = dataSet.OpenContent(offset);
            stream.Length.ShouldBe(expected.Length);
            Read(stream, buffer).ShouldBe(expected[offset..]);
            stream.Seek(-Math.Min(7, expected.Length), SeekOrigin.End);
            Read(stream, buffer).ShouldBe(expected[^7..]);
        }, iter: 60, threads: 1);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1_000_000)]
    public void OpenContent_OffsetOutside_IsRefused(long offset)
    {
        _folder.Write("a/x.png", TestPng.OfGray(1, 1, 9));
        using ImageDataSet dataSet = DataSets.Open("birds", _folder.Path);

        Should.Throw<ArgumentOutOfRangeException>(() => dataSet.OpenContent(offset)).Message.ShouldContain("offset: expected 0 to ");
    }

    [Fact]
    public void Read_FileThatGrewAfterItWasDecoded_IsNamed()
    {
        string path = _folder.Write("a/x.png", TestPng.OfGray(1, 1, 9));
        using ImageDataSet dataSet = DataSets.Open("birds", _folder.Path);
        dataSet.Decode(0, Format, new byte[Format.PixelCount]);
        File.AppendAllText(path, "more");

        Should.Throw<DataException>(() => Read(dataSet, 0)).Message.ShouldContain("image 'a/x.png': expected SHA-256");
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Read(ImageDataSet dataSet, long offset)
    {
        using Stream stream = dataSet.OpenContent(offset);
        return Read(stream, 4096);
    }

    private static byte[] Read(Stream stream, int buffer)
    {
        using var whole = new MemoryStream();
        stream.CopyTo(whole, buffer);
        return whole.ToArray();
    }

    private static string Facts(ImageDataSet dataSet) => string.Join(
        '\n',
        Enumerable.Range(0, dataSet.ImageCount).Select(image =>
            {
                byte[] pixels = new byte[Format.PixelCount];
                dataSet.Decode(image, Format, pixels);
                return $"{dataSet.PathOf(image)} {dataSet.HashOf(image)} {Convert.ToHexString(pixels)}";
            })
            .Prepend(string.Join(' ', dataSet.Classes))
            .Prepend(dataSet.Version));
}
