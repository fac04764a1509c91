using CsCheck;
using S2M.Data.Images.Containers;
using S2M.Data.Tests.Files;

namespace S2M.Data.Tests.Images.Containers;

public sealed class ZipFuzzTests : IDisposable
{
    // More than the contents, their directory and the buffers of a few reads together could ever need.
    private const long MostAllocated = 8 << 20;

    private static readonly byte[][] Seeds =
    [
        TestZip.Write(new TestZipEntry("a/x.png", [.. Enumerable.Range(0, 300).Select(i => (byte)i)]), new TestZipEntry("b/y.png", new byte[90]) { Deflated = false }),
        TestZip.Write(large: true, count: null, new TestZipEntry("a/x.png", new byte[2000]) { Large = true }, new TestZipEntry("b/", []) { Deflated = false }),
    ];

    private static readonly Gen<byte> Values = Gen.OneOf(Gen.Byte, Gen.Int[0, 4].Select(index => (byte)(index switch { 0 => 0, 1 => 1, 2 => 0x7F, 3 => 0x80, _ => 0xFF })));

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void OpenAndRead_MutatedArchive_GivesBytesOrADataException() =>
        Gen.Select(Gen.Int[0, Seeds.Length - 1], Gen.Select(Gen.Int[0, 4000], Values).List[1, 6], Gen.Int[0, 40]).Sample(
            (seed, changes, cut) =>
            {
                byte[] archive = [.. Seeds[seed]];
                foreach ((int at, byte value) in changes)
                {
                    archive[at % archive.Length] = value;
                }

                return Survives(cut % 4 == 0 ? archive[..Math.Max(0, archive.Length - cut)] : archive);
            },
            iter: 6000,
            threads: 1);

    [Fact]
    public void OpenAndRead_EverySingleByteAtItsEnds_GivesBytesOrADataException()
    {
        foreach (byte[] seed in Seeds)
        {
            for (int at = 0; at < seed.Length; at++)
            {
                foreach (byte value in (byte[])[0, 0xFF, (byte)(seed[at] + 1)])
                {
                    byte[] archive = [.. seed];
                    archive[at] = value;
                    Survives(archive).ShouldBeTrue($"byte {at} = {value}");
                }
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    private bool Survives(byte[] archive)
    {
        string path = _folder.Write("set.zip", archive);
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using var container = new ZipContainer(path, ContainerLimits.Default);
            for (int file = 0; file < container.Paths.Count; file++)
            {
                container.Read(file);
            }
        }
        catch (DataException)
        {
            // What damage is for.
        }

        return GC.GetAllocatedBytesForCurrentThread() - before < MostAllocated;
    }
}
