using S2M.Data.Images.Containers;
using S2M.Data.Tests.Files;

namespace S2M.Data.Tests.Images.Containers;

public sealed class ZipContainerTests : IDisposable
{
    private static readonly byte[] Contents = [.. Enumerable.Range(0, 3000).Select(i => (byte)(i % 7 * i))];
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(false, false, false)]
    [InlineData(true, true, false)]
    [InlineData(true, true, true)]
    [InlineData(false, false, true)]
    public void Read_EveryKindOfEntry_GivesItsBytes(bool deflated, bool largeEntry, bool largeEnd)
    {
        byte[] archive = TestZip.Write(
            largeEnd,
            null,
            new TestZipEntry("a/", []) { Deflated = false },
            new TestZipEntry("a/x.png", Contents) { Deflated = deflated, Large = largeEntry },
            new TestZipEntry("a/empty.png", []) { Deflated = deflated, Large = largeEntry });
        using ZipContainer container = Open(archive);

        container.Paths.ShouldBe(["a/x.png", "a/empty.png"]);
        container.Read(0).ShouldBe(Contents);
        container.Read(1).ShouldBeEmpty();
    }

    [Fact]
    public void Read_FromManyThreads_GivesEachItsBytes()
    {
        TestZipEntry[] entries = [.. Enumerable.Range(0, 40).Select(i => new TestZipEntry($"a/{i}.png", [.. Contents.Skip(i)]) { Deflated = i % 2 == 0 })];
        using ZipContainer container = Open(TestZip.Write(entries));

        Parallel.For(0, 400, i => container.Read(i % 40).ShouldBe(entries[i % 40].Bytes));
    }

    [Fact]
    public void Read_ArchiveWithAComment_IsFound()
    {
        byte[] archive = TestZip.Write(new TestZipEntry("a/x.png", Contents));
        archive[^2] = 5;
        using ZipContainer container = Open([.. archive, .. "PK\u0005\u0006!"u8]);

        container.Read(0).ShouldBe(Contents);
    }

    [Theory]
    [InlineData("wrong checksum", "expected CRC-32 00000001 of entry 'a/x.png', got ")]
    [InlineData("shorter than declared", "expected 4000 bytes in entry 'a/x.png', got 3000")]
    [InlineData("longer than declared", "expected 2999 bytes in entry 'a/x.png', got more")]
    [InlineData("stored, another length", "expected 2999 bytes in entry 'a/x.png', got 3000")]
    [InlineData("unknown method", "entry 'a/x.png': expected a stored or deflated entry, got compression method 14; pack the archive again with deflate")]
    [InlineData("not deflated", "entry 'a/x.png': expected deflated data, got")]
    [InlineData("another local name", "expected entry 'a/x.png' where the directory has it, got other bytes at 0")]
    public void Read_EntryThatLies_IsRefusedByName(string lie, string expected)
    {
        var entry = new TestZipEntry("a/x.png", Contents);
        entry = lie switch
        {
            "wrong checksum" => entry with { Crc = 1 },
            "shorter than declared" => entry with { Length = 4000 },
            "longer than declared" => entry with { Length = 2999 },
            "stored, another length" => entry with { Deflated = false, Length = 2999 },
            "unknown method" => entry with { Method = 14 },
            "not deflated" => entry with { Deflated = false, Method = 8, Bytes = [.. Enumerable.Repeat((byte)0xFF, 3000)] },
            _ => entry with { LocalName = "b/y.png" },
        };
        using ZipContainer container = Open(TestZip.Write(entry));

        Should.Throw<DataException>(() => container.Read(0)).Message.ShouldContain(expected);
    }

    [Fact]
    public void Read_LargeEntryThatIsNoImage_IsRefused()
    {
        using ZipContainer container = Open(TestZip.Write(new TestZipEntry("notes.txt", Contents)), new ContainerLimits { MaximumFileBytes = 2999 });

        Should.Throw<DataException>(() => container.Read(0)).Message.ShouldContain("entry 'notes.txt': expected at most 2999 bytes, got 3000");
    }

    [Fact]
    public void Open_MissingFile_IsNamed() =>
        Should.Throw<DataException>(() => new ZipContainer(Path.Combine(_folder.Path, "none.zip"), ContainerLimits.Default)).Message.ShouldContain("expected a readable zip archive");

    public void Dispose() => _folder.Dispose();

    private ZipContainer Open(byte[] archive, ContainerLimits? limits = null) => new(_folder.Write("set.zip", archive), limits ?? ContainerLimits.Default);
}
