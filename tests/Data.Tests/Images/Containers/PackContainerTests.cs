using CsCheck;
using S2M.Data.Images;
using S2M.Data.Images.Containers;
using S2M.Data.Tests.Files;

namespace S2M.Data.Tests.Images.Containers;

public sealed class PackContainerTests : IDisposable
{
    private static readonly (string Path, byte[] Bytes)[] Birds =
    [
        ("wren/2.png", TestPng.OfGray(1, 1, 20)),
        ("owl/1.png", TestPng.OfGray(1, 1, 30)),
        ("wren/10.png", TestPng.OfGray(2, 1, 40, 50)),
    ];

    private static readonly int ManifestBytes = TestContent.Manifest(Birds).Length;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Read_EveryFile_IsWhatWasPackedFromAnyThread()
    {
        using var container = new PackContainer(Write(TestContent.Write(Birds)), ManifestBytes, null, ContainerLimits.Default);

        container.Paths.ShouldBe(["owl/1.png", "wren/10.png", "wren/2.png"]);
        Parallel.For(0, 300, i => container.Read(i % 3).ShouldBe(Birds.Single(bird => bird.Path == container.Paths[i % 3]).Bytes));
    }

    [Fact]
    public void Open_EveryTruncation_IsRefusedAndReleased()
    {
        byte[] content = TestContent.Write(Birds);
        for (int length = 0; length < content.Length; length++)
        {
            string path = Write(content[..length]);
            Should.Throw<DataException>(() => Open(path)).Message.ShouldStartWith(path);
            File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
        }
    }

    [Fact]
    public void Open_OneByteMore_IsRefused() => Refusal([.. TestContent.Write(Birds), 0]).ShouldContain("bytes of files after the manifest's");

    [Fact]
    public void Open_AnotherHashThanAskedFor_NamesBoth()
    {
        string path = Write(TestContent.Write(Birds));
        string other = new('a', 64);

        Should.Throw<DataException>(() => DataSets.OpenContent("birds", path, ManifestBytes, null, other)).Message.ShouldContain($"expected SHA-256 {other}, got ");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public void Open_ManifestLengthThatIsNone_IsRefused(long manifestBytes)
    {
        string path = Write(TestContent.Write(Birds));

        Should.Throw<DataException>(() => DataSets.OpenContent("birds", path, manifestBytes)).Message.ShouldContain("expected a manifest of 1 to ");
    }

    [Fact]
    public void Open_NoFile_IsNamed() =>
        Should.Throw<DataException>(() => DataSets.OpenContent("birds", Path.Combine(_folder.Path, "none"), 10)).Message.ShouldContain("expected a readable content file");

    [Theory]
    [InlineData("../x.png", "relative segment")]
    [InlineData("/etc/x.png", "absolute")]
    [InlineData("a\\x.png", "backslash")]
    [InlineData("a/notes.txt", "expected PNG or JPEG files in class folders")]
    [InlineData("x.png", "expected PNG or JPEG files in class folders")]
    [InlineData("a/.hidden.png", "expected PNG or JPEG files in class folders")]
    public void Open_PathThatIsNoImageOfAClass_IsRefused(string path, string expected) => Refusal(TestContent.Write([(path, [1])]), TestContent.Manifest([(path, [1])]).Length).ShouldContain(expected);

    [Fact]
    public void Open_BeyondTheLimits_IsRefused()
    {
        string path = Write(TestContent.Write(Birds));
        foreach (ContainerLimits limits in new[]
            {
                new ContainerLimits { MaximumEntries = 2 }, new ContainerLimits { MaximumFileBytes = 10 }, new ContainerLimits { MaximumTotalBytes = 100 },
            })
        {
            Should.Throw<DataException>(() => DataSets.OpenContent("birds", path, ManifestBytes, limits)).Message.ShouldContain("at most", customMessage: $"{limits}");
        }

        Should.Throw<DataException>(() => DataSets.OpenContent("birds", path, ManifestBytes, new ContainerLimits { MaximumDirectoryBytes = 100 }))
            .Message.ShouldContain("expected a manifest of 1 to 100 bytes");
    }

    [Fact]
    public void Read_FileThatWasCutAfterwards_IsNamed()
    {
        string path = Write(TestContent.Write(Birds));
        using ImageDataSet dataSet = Open(path);
        using (FileStream file = File.Open(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(file.Length - 1);
        }

        Should.Throw<DataException>(() => dataSet.ReadEntry(2)).Message.ShouldContain("of file 'wren/2.png' at ");
    }

    [Fact]
    public void Decode_TamperedFile_IsNamedAtItsFirstDecodeOnly()
    {
        byte[] content = TestContent.Write(Birds);
        content[^1] ^= 1;
        using ImageDataSet dataSet = Open(Write(content));

        dataSet.Decode(0, new ImageFormat(1, 1, false), new byte[1]);
        Should.Throw<DataException>(() => dataSet.Decode(2, new ImageFormat(1, 1, false), new byte[1])).Message.ShouldContain("image 'wren/2.png': expected SHA-256");
    }

    // Whatever the bytes are, they are refused by name or are a content that can be read.
    [Fact]
    public void Open_ChangedBytes_NeverEndInAnotherError()
    {
        byte[] content = TestContent.Write(Birds);
        Gen.Select(Gen.Select(Gen.Int[0, content.Length - 1], Gen.Byte).Array[1, 4], Gen.Int[0, content.Length + 2]).Sample((changes, manifestBytes) =>
        {
            byte[] changed = [.. content];
            foreach ((int at, byte value) in changes)
            {
                changed[at] = value;
            }

            Exception? problem = Record.Exception(() =>
            {
                using ImageDataSet dataSet = DataSets.OpenContent("birds", Write(changed), manifestBytes);
                for (int entry = 0; entry < dataSet.ImageCount; entry++)
                {
                    dataSet.ReadEntry(entry);
                }
            });
            return problem is null or DataException;
        }, iter: 500, threads: 1);
    }

    public void Dispose() => _folder.Dispose();

    private static ImageDataSet Open(string path) => DataSets.OpenContent("birds", path, ManifestBytes);

    private string Write(byte[] content) => _folder.Write("set.content", content);

    private string Refusal(byte[] content, int? manifestBytes = null)
    {
        string path = Write(content);
        return Should.Throw<DataException>(() => DataSets.OpenContent("birds", path, manifestBytes ?? ManifestBytes)).Message;
    }
}
