using S2M.Data.Images.Containers;
using S2M.Data.Tests.Files;

namespace S2M.Data.Tests.Images.Containers;

public sealed class ZipDirectoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("../a/x.png", "relative segment")]
    [InlineData("/a/x.png", "absolute")]
    [InlineData("a\\x.png", "backslash")]
    [InlineData("C:/a/x.png", "drive letter")]
    [InlineData("a//x.png", "empty segment")]
    [InlineData("/", "empty")]
    [InlineData("", "empty")]
    public void Read_EscapingPath_IsRefused(string path, string fault) => Refusal(TestZip.Write(Entry(path))).ShouldContain($"({fault})");

    [Fact]
    public void Read_NameThatIsNoUtf8_IsRefused() =>
        Refusal(TestZip.Write(Entry("a") with { NameBytes = [0x61, 0x2F, 0xE9, 0x2E, 0x70, 0x6E, 0x67] })).ShouldContain("expected names in UTF-8, got 'a/é.png'");

    [Theory]
    [InlineData("a/x.png", "a/x.png")]
    [InlineData("a", "a/")]
    public void Read_NameTwice_IsRefused(string first, string second) => Refusal(TestZip.Write(Entry(first), Entry(second))).ShouldContain("expected every entry once, got 'a");

    [Theory]
    [InlineData(0x0001, 8)]
    [InlineData(0x0040, 8)]
    [InlineData(0x2000, 8)]
    [InlineData(0x0000, 99)]
    public void Read_EncryptedEntry_IsRefused(int flags, int method) =>
        Refusal(TestZip.Write(Entry("a/x.png") with { Flags = flags, Method = method })).ShouldContain("entry 'a/x.png': expected plain contents, got an encrypted entry");

    [Fact]
    public void Read_BombByRatio_IsRefused() =>
        Refusal(TestZip.Write(Entry("a/x.png", 4 << 20))).ShouldContain("entry 'a/x.png': expected at most 100 unpacked bytes for a packed one, got 4194304 from ");

    [Fact]
    public void Read_BombInOneFile_IsRefused() =>
        Refusal(TestZip.Write(Entry("a/x.png") with { Length = 1000, PackedLength = 9 }), new ContainerLimits { MaximumFileBytes = 999 })
            .ShouldContain("entry 'a/x.png': expected at most 999 bytes, got 1000");

    // The order of the entries makes no difference, nor do empty ones behind the large ones.
    [Theory]
    [InlineData(600, 600, 0)]
    [InlineData(0, 600, 600)]
    [InlineData(600, 0, 401)]
    [InlineData(1001, 0, 0)]
    public void Read_BombInTotal_IsRefused(int first, int second, int third) =>
        Refusal(TestZip.Write(Entry("a/x.png", first), Entry("a/y.png", second), Entry("a/z.png", third)), new ContainerLimits { MaximumTotalBytes = 1000 })
            .ShouldContain("expected at most 1000 bytes unpacked, got more");

    [Fact]
    public void Read_BombOfHugeClaims_IsRefused()
    {
        TestZipEntry[] entries = [.. Enumerable.Range(0, 40).Select(i => Entry($"a/{i}.txt") with { Large = true, Length = (1L << 60) - 1, PackedLength = 1L << 55 })];

        Refusal(TestZip.Write(entries)).ShouldContain("expected at most 1099511627776 bytes unpacked, got more");
    }

    [Fact]
    public void Read_TooManyEntries_IsRefused() =>
        Refusal(TestZip.Write(Entry("a/x.png"), Entry("a/y.png")), new ContainerLimits { MaximumEntries = 1 }).ShouldContain("expected at most 1 entries, got 2");

    [Fact]
    public void Read_MoreEntriesThanClaimed_AreRefusedByTheirDirectory() =>
        Refusal(TestZip.Write(large: true, count: 4_000_000, Entry("a/x.png"))).ShouldContain("expected a directory of 4000000 entries inside the file");

    [Fact]
    public void Read_LargeDirectory_IsRefused() =>
        Refusal(TestZip.Write(Entry("a/x.png")), new ContainerLimits { MaximumDirectoryBytes = 50 }).ShouldContain("expected a directory of 1 entries inside the file");

    [Fact]
    public void Read_EntriesThatShareBytes_AreRefused() =>
        Refusal(TestZip.Write(Entry("a/x.png", 500), Entry("a/y.png", 500) with { Offset = 0 })).ShouldContain("in a place of its own, got");

    [Fact]
    public void Read_EntryWithinAnother_IsRefused() =>
        Refusal(TestZip.Write(Entry("a/x.png", 500), Entry("a/y.png", 500) with { Offset = 60 })).ShouldContain("expected entry 'a/y.png' in a place of its own");

    [Theory]
    [InlineData(0L, 1_000_000L)]
    [InlineData(1_000_000L, 10L)]
    [InlineData((1L << 60) - 1, 10L)]
    public void Read_EntryBeyondTheFile_IsRefused(long offset, long packed) =>
        Refusal(TestZip.Write(Entry("a/x.png") with { Large = true, Offset = offset, PackedLength = packed })).ShouldContain("in a place of its own");

    [Theory]
    [InlineData(-1L)]
    [InlineData(long.MinValue)]
    [InlineData(1L << 60)]
    public void Read_ImpossibleLength_IsRefused(long length) =>
        Refusal(TestZip.Write(Entry("a/x.png") with { Large = true, Length = length })).ShouldContain("expected a length below 2^60");

    [Fact]
    public void Read_ArchiveInSeveralFiles_IsRefused()
    {
        byte[] archive = TestZip.Write(Entry("a/x.png"));
        archive[^18] = 1;

        Refusal(archive).ShouldContain("expected an archive in one file");
    }

    [Fact]
    public void Read_EveryTruncation_IsRefused()
    {
        byte[] archive = TestZip.Write(Entry("a/x.png", 40), Entry("a/y.png", 40));
        for (int length = 0; length < archive.Length; length++)
        {
            Refusal(archive[..length]).ShouldContain("the archive is damaged or truncated");
        }
    }

    public void Dispose() => _folder.Dispose();

    private static TestZipEntry Entry(string name, int length = 30) => new(name, new byte[length]);

    private string Refusal(byte[] archive, ContainerLimits? limits = null)
    {
        string path = _folder.Write("set.zip", archive);
        string message = Should.Throw<DataException>(() => new ZipContainer(path, limits ?? ContainerLimits.Default)).Message;
        message.ShouldStartWith(path);
        return message;
    }
}
