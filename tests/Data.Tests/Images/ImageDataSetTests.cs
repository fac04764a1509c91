using System.Security.Cryptography;
using S2M.Data.Images;
using S2M.Data.Tests.Files;

namespace S2M.Data.Tests.Images;

public sealed class ImageDataSetTests : IDisposable
{
    private static readonly ImageFormat Format = new(2, 1, false);
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void HashOf_AnImage_IsThatOfItsFile()
    {
        byte[] file = TestPng.OfGray(1, 1, 9);
        _folder.Write("a/x.png", file);
        using ImageDataSet dataSet = DataSets.Open("birds", _folder.Path);

        dataSet.HashOf(0).ShouldBe(Convert.ToHexStringLower(SHA256.HashData(file)));
    }

    [Fact]
    public void Decode_FileThatChangedAfterwards_IsNamedWithBothHashes()
    {
        string path = _folder.Write("a/x.png", TestPng.OfGray(1, 1, 9));
        using ImageDataSet dataSet = DataSets.Open("birds", _folder.Path);
        byte[] changed = TestPng.OfGray(1, 1, 10);
        File.WriteAllBytes(path, changed);

        string message = Refusal(dataSet);
        message.ShouldContain("data set 'birds', image 'a/x.png': expected SHA-256 " + dataSet.HashOf(0));
        message.ShouldContain($"got {Convert.ToHexStringLower(SHA256.HashData(changed))}; the file changed");
    }

    [Fact]
    public void Decode_FileThatIsGone_IsNamed()
    {
        string path = _folder.Write("a/x.png", TestPng.OfGray(1, 1, 9));
        using ImageDataSet dataSet = DataSets.Open("birds", _folder.Path);
        File.Delete(path);

        Refusal(dataSet).ShouldContain("file 'a/x.png': expected a readable file");
    }

    [Fact]
    public void Decode_DamagedImage_IsNamed()
    {
        _folder.Write("a/x.png", [1, 2, 3]);
        using ImageDataSet dataSet = DataSets.Open("birds", _folder.Path);

        Refusal(dataSet).ShouldContain("image 'a/x.png': expected a whole PNG or JPEG file, got neither a PNG nor a JPEG signature; replace the file");
    }

    [Fact]
    public void Decode_FromManyThreads_IsAsFromOne()
    {
        for (int i = 0; i < 20; i++)
        {
            _folder.Write($"a/{i:D2}.png", TestPng.OfGray(2, 2, (byte)i, (byte)(i + 1), (byte)(i + 2), (byte)(i + 3)));
        }

        using ImageDataSet dataSet = DataSets.Open("birds", _folder.Path);
        Parallel.For(0, 400, i =>
        {
            byte[] pixels = new byte[4];
            dataSet.Decode(i % 20, Format, pixels);
            pixels.ShouldBe([(byte)(i % 20), (byte)((i % 20) + 1), (byte)((i % 20) + 2), (byte)((i % 20) + 3)]);
        });
    }

    public void Dispose() => _folder.Dispose();

    private static string Refusal(ImageDataSet dataSet) => Should.Throw<DataException>(() => dataSet.Decode(0, Format, new byte[Format.PixelCount])).Message;
}
