using CsCheck;
using Grpc.Core;
using S2M.Client.DataSets;
using S2M.Client.Tests.Fakes;
using S2M.Client.Tests.Jobs;
using S2M.Protos.V1;

namespace S2M.Client.Tests.DataSets;

public sealed class DataSetsClientTests : IAsyncLifetime
{
    private FakeServer _server = null!;
    private S2MClient _client = null!;
    private int _versions;

    public async ValueTask InitializeAsync()
    {
        _server = await FakeServer.StartAsync();
        _client = TestClient.Of(_server);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task AddAsync_CutAnywhere_TheContentIsWhole()
        => await Gen.Select(Gen.Int[1, 5 * 256 * 1024], JobWatchTests.Cuts.Array[0, JobWatchTests.MostCuts]).SampleAsync(
            async (length, cuts) =>
            {
                Content content = Make(length);
                _server.DataSets.Cuts.Clear();
                Array.ForEach(cuts, _server.DataSets.Cuts.Enqueue);

                DataSet added = await _client.DataSets.AddAsync(content);

                added.Version.ShouldBe($"own@{content.Sha256}");
                _server.DataSets.Arrived(content.Sha256).ShouldBe(content.Bytes);
            },
            iter: 50,
            threads: 1);

    [Fact]
    public async Task AddAsync_AgainAfterAFailure_SendsTheRestAlone()
    {
        Content content = Make(4 * 256 * 1024);
        _server.DataSets.Cuts.Enqueue(new Cut(3, CutKind.Abort));
        for (int i = 0; i < _client.Options.Attempts; i++)
        {
            _server.DataSets.Cuts.Enqueue(new Cut(0, CutKind.Abort));
        }

        (await Should.ThrowAsync<S2MException>(() => _client.DataSets.AddAsync(content))).Status.ShouldBe(StatusCode.Unavailable);
        _server.DataSets.Cuts.Clear();
        _server.DataSets.Requests.Clear();
        await _client.DataSets.AddAsync(content);

        UploadContentRequest sent = _server.DataSets.Requests.OfType<UploadContentRequest>().ShouldHaveSingleItem();
        sent.Offset.ShouldBe(3 * 256 * 1024);
        _server.DataSets.Arrived(content.Sha256).ShouldBe(content.Bytes);
    }

    [Fact]
    public async Task AddAsync_RegisteredAlready_SendsNothing()
    {
        Content content = Make(10);
        await _client.DataSets.AddAsync(content);
        _server.DataSets.Requests.Clear();

        (await _client.DataSets.AddAsync(content)).Version.ShouldBe($"own@{content.Sha256}");

        _server.DataSets.Requests.ShouldHaveSingleItem().ShouldBeOfType<BeginUploadRequest>();
    }

    [Fact]
    public async Task RegisterListGet_Path_IsKnown()
    {
        DataSet registered = await _client.DataSets.RegisterAsync("own", "/data/own", TestContext.Current.CancellationToken);

        registered.Path.ShouldBe("/data/own");
        (await _client.DataSets.ListAsync(cancellationToken: TestContext.Current.CancellationToken)).ShouldHaveSingleItem().ShouldBe(registered);
        (await _client.DataSets.GetAsync("own", TestContext.Current.CancellationToken)).Classes.ShouldHaveSingleItem();
    }

    private Content Make(int length)
    {
        _versions++;
        return new Content($"{_versions:x64}", [.. Enumerable.Range(0, length).Select(index => (byte)((index * 31) + _versions))]);
    }

    private sealed record Content(string Sha256, byte[] Bytes) : IDataSetContent
    {
        public string Name => "own";

        public long ManifestBytes => Math.Min(7, Bytes.Length);

        public long ContentBytes => Bytes.Length;

        public Stream OpenAt(long offset) => new MemoryStream(Bytes) { Position = offset };
    }
}
