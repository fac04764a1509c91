using System.Text;
using CsCheck;
using S2M.Data.Manifests;

namespace S2M.Data.Tests.Manifests;

public sealed class ManifestTests
{
    private static readonly string HashA = new('a', 64);
    private static readonly string HashB = string.Concat(Enumerable.Repeat("01", 32));

    private static readonly Gen<ManifestEntry[]> Entries =
        Gen.Select(Gen.Char["abcé€/ "].Array[1, 8], Gen.Long[0, 1L << 40], Gen.Byte.Array[32])
            .Select((letters, length, hash) => new ManifestEntry(new string(letters), length, Convert.ToHexStringLower(hash)))
            .Where(entry => !entry.Path.Split('/').Contains(string.Empty, StringComparer.Ordinal))
            .Array[1, 12]
            .Select(entries => entries.DistinctBy(entry => entry.Path, StringComparer.Ordinal).ToArray());

    [Fact]
    public void CanonicalBytes_AFewFiles_AreKnown()
    {
        var manifest = new Manifest([new("b/x y.png", 20, HashB), new("a/é.png", 3, HashA)]);

        Encoding.UTF8.GetString(manifest.CanonicalBytes.Span).ShouldBe($"s2m-manifest 1\n{HashA} 3 a/é.png\n{HashB} 20 b/x y.png\n");
        manifest.Sha256.ShouldBe("ab99f53f54b2950a6d361e99ab1e8eaef30d235b2451ad214d3f2e5fa27d1c1e");
        manifest.Version("birds").ShouldBe("birds@" + manifest.Sha256);
        manifest.TotalLength.ShouldBe(23);
    }

    // UTF-16 would put the letter beyond the basic plane (a surrogate, D83D) before the private one (E000).
    [Fact]
    public void Entries_InUtf8Order_AreNotInUtf16Order() =>
        new Manifest([new("\U0001F600", 1, HashA), new("\uE000", 1, HashA)]).Entries.Select(entry => entry.Path).ShouldBe(["\uE000", "\U0001F600"]);

    [Fact]
    public void New_AnyOrder_IsTheSameManifest() =>
        Entries.Sample(entries => new Manifest(entries).Sha256 == new Manifest(entries.Reverse()).Sha256);

    [Fact]
    public void Parse_CanonicalBytes_IsTheManifest() =>
        Entries.Sample(entries =>
        {
            var manifest = new Manifest(entries);
            Manifest parsed = Manifest.Parse(manifest.CanonicalBytes.Span);
            return parsed.Sha256 == manifest.Sha256 && parsed.Entries.SequenceEqual(manifest.Entries);
        });

    [Fact]
    public void New_NoFile_IsRefused() => Should.Throw<DataException>(() => new Manifest([])).Message.ShouldContain("expected at least one file");

    [Fact]
    public void New_PathTwice_IsRefused() =>
        Should.Throw<DataException>(() => new Manifest([new("a", 1, HashA), new("b", 1, HashA), new("a", 2, HashB)])).Message.ShouldContain("got 'a' twice");

    [Theory]
    [InlineData("../a", 1, 'a', 64)]
    [InlineData("a\nb", 1, 'a', 64)]
    [InlineData("a", -1, 'a', 64)]
    [InlineData("a", 1, 'A', 64)]
    [InlineData("a", 1, 'g', 64)]
    [InlineData("a", 1, 'a', 63)]
    public void New_MalformedEntry_IsRefused(string path, long length, char digit, int digits) =>
        Should.Throw<DataException>(() => new Manifest([new(path, length, new string(digit, digits))])).Message.ShouldStartWith("manifest: expected");

    [Fact]
    public void New_LengthsBeyondALong_AreRefused() =>
        Should.Throw<DataException>(() => new Manifest([new("a", long.MaxValue, HashA), new("b", 1, HashA)])).Message.ShouldContain("less than 2^63 bytes together");

    [Theory]
    [InlineData("")]
    [InlineData("s2m-manifest 1\n")]
    [InlineData("s2m-manifest 2\nH 1 a\n")]
    [InlineData("s2m-manifest 1\nH 1 a")]
    [InlineData("s2m-manifest 1\nH 1 a\n\n")]
    [InlineData("s2m-manifest 1\nH 1 b\nH 1 a\n")]
    [InlineData("s2m-manifest 1\nH 01 a\n")]
    [InlineData("s2m-manifest 1\nH +1 a\n")]
    [InlineData("s2m-manifest 1\nH  1 a\n")]
    [InlineData("s2m-manifest 1\nH 99999999999999999999 a\n")]
    [InlineData("s2m-manifest 1\r\nH 1 a\r\n")]
    [InlineData("\uFEFFs2m-manifest 1\nH 1 a\n")]
    public void Parse_OtherForm_IsRefused(string text) =>
        Should.Throw<DataException>(() => Manifest.Parse(Encoding.UTF8.GetBytes(text.Replace("H", HashA, StringComparison.Ordinal)))).Message.ShouldStartWith("manifest: expected");

    // Every change of a byte is another manifest or none: the hash covers all there is.
    [Fact]
    public void Parse_MutatedBytes_IsAnotherManifestOrADataException()
    {
        var manifest = new Manifest([new("Greek/é/0394_01.png", 234, HashA), new("b/x y.png", 20, HashB)]);
        Gen.Select(Gen.Select(Gen.Int[0, 1000], Gen.Byte).List[1, 4], Gen.Int[0, 30]).Sample(
            (changes, cut) =>
            {
                byte[] bytes = manifest.CanonicalBytes.ToArray();
                foreach ((int at, byte value) in changes)
                {
                    bytes[at % bytes.Length] = value;
                }

                bytes = cut < 5 ? bytes[..^cut] : bytes;
                try
                {
                    return (Manifest.Parse(bytes).Sha256 == manifest.Sha256) == bytes.AsSpan().SequenceEqual(manifest.CanonicalBytes.Span);
                }
                catch (DataException)
                {
                    return true;
                }
            },
            iter: 20_000);
    }
}
