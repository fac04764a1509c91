using S2M.Coordinator.DataSets;
using S2M.Data;
using S2M.Data.Images;
using S2M.Data.Tests.Files;

namespace S2M.Coordinator.Tests.DataSets;

public sealed class DataSetLibraryTests : IAsyncLifetime
{
    private static readonly ImageFormat Format = new(4, 1, false);

    private readonly TemporaryFolder _folder = new();
    private DataSetHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await DataSetHost.StartAsync(_folder);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Resolve_Names_AreTheNewestVersions()
    {
        await _host.UploadAsync(TestVersion.Birds(1));
        string newest = (await _host.UploadAsync(TestVersion.Birds(2))).Version;

        (await _host.Library.ResolveAsync("birds", CancellationToken.None)).Version.ShouldBe(newest);
        (await _host.Library.ResolveAsync(newest, CancellationToken.None)).Version.ShouldBe(newest);
        (await _host.Library.ResolveAsync("glyphs", CancellationToken.None)).Version.ShouldBe(_host.Library.BuiltIn.Version);
        (await Should.ThrowAsync<DataException>(_host.Library.ResolveAsync("brids", CancellationToken.None))).Message.ShouldContain("did you mean 'birds'?");
        (await Should.ThrowAsync<DataException>(_host.Library.ResolveAsync("no name", CancellationToken.None))).Message.ShouldContain("expected a name");
    }

    [Fact]
    public async Task Open_ManyAtOnce_ShareOneDataSetThatOutlivesEachOfThem()
    {
        string version = (await _host.UploadAsync(TestVersion.Birds(3))).Version;
        DataSetLease[] leases = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => _host.Library.OpenAsync(version, CancellationToken.None)));

        leases.Select(lease => lease.Files).Distinct().ShouldHaveSingleItem();
        foreach (DataSetLease lease in leases)
        {
            Decode(lease);
            lease.Dispose();
            lease.Dispose();
        }

        using DataSetLease again = await _host.Library.OpenAsync(version, CancellationToken.None);
        again.Files.ShouldBe(leases[0].Files);
        Decode(again);
    }

    [Fact]
    public async Task Open_MoreVersionsThanAreKept_ClosesThoseLongestUnused()
    {
        string[] versions = await Task.WhenAll(Enumerable.Range(10, 7).Select(async seed => (await _host.UploadAsync(TestVersion.Birds(seed))).Version));
        using DataSetLease held = await _host.Library.OpenAsync(versions[0], CancellationToken.None);
        var opened = new List<ImageDataSet?>();
        foreach (string version in versions[1..])
        {
            using DataSetLease lease = await _host.Library.OpenAsync(version, CancellationToken.None);
            opened.Add(lease.Files);
        }

        Decode(held);
        using DataSetLease latest = await _host.Library.OpenAsync(versions[^1], CancellationToken.None);
        using DataSetLease first = await _host.Library.OpenAsync(versions[1], CancellationToken.None);
        latest.Files.ShouldBe(opened[^1]);
        first.Files.ShouldNotBe(opened[0]);
        Decode(first);
    }

    [Fact]
    public async Task Open_BuiltIn_IsTheGlyphs()
    {
        using DataSetLease glyphs = await _host.Library.OpenAsync("glyphs", CancellationToken.None);

        (glyphs.Version, glyphs.ImageCount, glyphs.Files).ShouldBe((_host.Library.BuiltIn.Version, 8000, null));
        Decode(glyphs);
    }

    [Fact]
    public async Task Open_ContentThatIsGone_IsNamedEachTimeAndWorksOnceItIsBack()
    {
        TestVersion version = TestVersion.Birds(4);
        string name = (await _host.UploadAsync(version)).Version;
        string path = Path.Combine(_host.State, "data-sets", version.Sha256 + ".content");
        File.Move(path, path + ".away");

        for (int i = 0; i < 2; i++)
        {
            (await Should.ThrowAsync<DataException>(_host.Library.OpenAsync(name, CancellationToken.None))).Message.ShouldContain("expected a readable content file");
        }

        File.Move(path + ".away", path);
        using DataSetLease lease = await _host.Library.OpenAsync(name, CancellationToken.None);
        Decode(lease);
    }

    private static void Decode(DataSetLease lease)
    {
        byte[] pixels = new byte[Format.PixelCount];
        lease.Decode(lease.ImageCount - 1, Format, pixels);
        lease.PathOf(lease.ImageCount - 1).ShouldStartWith(lease.Classes[^1].Name);
        lease.HashOf(0).Length.ShouldBe(64);
    }
}
