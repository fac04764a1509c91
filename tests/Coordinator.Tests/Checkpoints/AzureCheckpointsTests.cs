using System.Net;
using System.Net.Sockets;
using Azure.Storage.Blobs;
using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Storage;

namespace S2M.Coordinator.Tests.Checkpoints;

/// <summary>Checkpoints as blobs, on a real server of the protocol.</summary>
public sealed class AzureCheckpointsTests(AzuriteServer server) : CheckpointBlobsTests
{
    private const string Prefix = "team/one";

    private CheckpointOptions? _options;
    private BlobContainerClient? _container;

    [Fact]
    public async Task WriteAsync_CutBeforeTheManifest_IsNoCheckpointAndTheSameAgainIs()
    {
        await using var proxy = new CuttingProxy(await server.AddressAsync());
        var blobs = new AzureCheckpoints(With(await server.ConnectionStringAsync(proxy.Address)));
        var place = new CheckpointPlace(NewJob(), 1, 3);
        CheckpointContent content = CheckpointContent.Copy(Job.Begin(), Job.Identity)();
        proxy.Cut = $"PUT /tests/{_options!.Container}/{Prefix}/{place}/{CheckpointContent.ManifestName}";

        StorageException problem = await Should.ThrowAsync<StorageException>(() => blobs.WriteAsync(place, content, Warn));

        problem.IsTransient.ShouldBeTrue();
        problem.Message.ShouldStartWith($"checkpoint '{blobs.Describe(place)}' could not be written ({content.Bytes} bytes). Azure container 'tests': it cannot be reached: ");
        (await NamesAsync(place)).ShouldBe([CheckpointContent.Moments, CheckpointContent.Parameters]);
        await Should.ThrowAsync<FileNotFoundException>(() => Blobs.ReadManifestAsync(place, Token));
        proxy.Cut = null;
        await blobs.WriteAsync(place, content, Warn);
        (await Blobs.ReadManifestAsync(place, Token)).Step.ShouldBe(0);
    }

    [Fact]
    public async Task PublishAsync_StoreIsAwayForAWhile_WaitsSaysWhyAndGoesOn()
    {
        string id = await BeginAsync();
        using JobRecorder recorder = Record(id);
        await using var proxy = new CuttingProxy(await server.AddressAsync()) { Cut = "PUT " };
        var checkpoints = Open(id, new AzureCheckpoints(With(await server.ConnectionStringAsync(proxy.Address))), recorder, Token);
        Task<string> publication = checkpoints.PublishAsync(Job.Begin());

        await WaitsForAsync(id, "the checkpoint of step 0: checkpoint '");
        publication.IsCompleted.ShouldBeFalse();
        (await Rows.CheckpointsAsync(id, Token)).ShouldBeEmpty();
        proxy.Cut = null;

        (await publication).ShouldBe(Blobs.Describe(new CheckpointPlace(id, 1, 0)));
        (await Rows.CheckpointsAsync(id, Token)).ShouldHaveSingleItem();
        (await Rows.FindAsync(id, Token)).ShouldNotBeNull().WaitsFor.ShouldBeEmpty();
    }

    [Fact]
    public async Task PublishAsync_StoreIsAwayAndTheLoopStops_EndsWithTheReasonAndNothingCounts()
    {
        string id = await BeginAsync();
        using JobRecorder recorder = Record(id);
        using var stop = new CancellationTokenSource();
        await using var proxy = new CuttingProxy(await server.AddressAsync()) { Cut = CheckpointContent.ManifestName };
        var checkpoints = Open(id, new AzureCheckpoints(With(await server.ConnectionStringAsync(proxy.Address))), recorder, stop.Token);
        Task<string> publication = checkpoints.PublishAsync(Job.Begin());
        await WaitsForAsync(id, "it cannot be reached");

        await stop.CancelAsync();

        (await Should.ThrowAsync<StorageException>(() => publication)).IsTransient.ShouldBeTrue();
        (await Rows.CheckpointsAsync(id, Token)).ShouldBeEmpty();
        (await NamesAsync(new CheckpointPlace(id, 1, 0))).ShouldBeEmpty();
    }

    [Fact]
    public async Task AnyCall_StoreAcceptsAndNeverAnswers_FailsWithTheTimeoutsName()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var blobs = new AzureCheckpoints(Unreachable(silent));
        var place = new CheckpointPlace(NewJob(), 1, 3);
        CheckpointContent content = CheckpointContent.Copy(Job.Begin(), Job.Identity)();
        Task[] calls =
        [
            blobs.CheckAsync(Token), blobs.WriteAsync(place, content, Warn), blobs.OpenAsync(place, CheckpointContent.Parameters, Token), blobs.RemoveAsync(place),
        ];

        foreach (Task call in calls)
        {
            StorageException problem = await Should.ThrowAsync<StorageException>(() => call);
            problem.IsTransient.ShouldBeTrue();
            problem.Message.ShouldEndWith("it did not answer within 1 s (Checkpoints:RequestTimeout), 3 times. See what holds or slows the store.");
        }
    }

    [Fact]
    public async Task CheckAsync_NobodyListens_SaysSo()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        CheckpointOptions options = Unreachable(closed);
        closed.Stop();

        StorageException problem = await Should.ThrowAsync<StorageException>(() => new AzureCheckpoints(options).CheckAsync(Token));

        problem.Message.ShouldStartWith("Checkpoints:Store=azure: expected a container that this process can write to. Azure container 'tests': it cannot be reached: ");
    }

    [Fact]
    public async Task CheckAsync_WrongKey_IsRefusedForGoodAndTheKeyIsNotShown()
    {
        string key = Convert.ToBase64String(new byte[32]);
        var blobs = new AzureCheckpoints(With(AzuriteServer.Describe(await server.AddressAsync(), key)));

        StorageException problem = await Should.ThrowAsync<StorageException>(() => blobs.CheckAsync(Token));

        problem.IsTransient.ShouldBeFalse();
        problem.Message.ShouldContain("expected an account and key that may read, write and delete blobs, got '");
        problem.Message.ShouldContain("correct Checkpoints:ConnectionString");
        problem.Message.ShouldNotContain(key);
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("AccountName=a;AccountKey=secret;BlobEndpoint=nowhere")]
    [InlineData("DefaultEndpointsProtocol=http;AccountName=a;AccountKey=secret!;BlobEndpoint=http://localhost/a")]
    public void AzureCheckpoints_NoConnectionString_SaysWhatIsExpectedAndNotWhatItGot(string text)
    {
        CoordinatorException problem = Should.Throw<CoordinatorException>(() => new AzureCheckpoints(new CheckpointOptions { ConnectionString = text }));

        problem.Message.ShouldStartWith("Checkpoints:ConnectionString: expected 'DefaultEndpointsProtocol=");
        problem.ToString().ShouldNotContain("secret");
    }

    [Fact]
    public async Task WriteAsync_ContainerIsGone_FailsForGood()
    {
        var blobs = new AzureCheckpoints(new CheckpointOptions { ConnectionString = await server.ConnectionStringAsync(), Container = "never-made" });
        CheckpointContent content = CheckpointContent.Copy(Job.Begin(), Job.Identity)();

        StorageException problem = await Should.ThrowAsync<StorageException>(() => blobs.WriteAsync(new CheckpointPlace(NewJob(), 1, 3), content, Warn));

        problem.IsTransient.ShouldBeFalse();
        problem.Message.ShouldContain("Azure container 'never-made': the store refuses: 'ContainerNotFound'; see that the container is there");
    }

    [Fact]
    public async Task ReadAsync_BlobChangedWhileItIsOpen_IsNotMixed()
    {
        var place = new CheckpointPlace(NewJob(), 1, 3);
        await Blobs.WriteAsync(place, CheckpointContent.Copy(Job.Begin(), Job.Identity)(), Warn);
        await using IStoredObject open = await Blobs.OpenAsync(place, CheckpointContent.Parameters, Token);
        await ReplaceAsync(place, CheckpointContent.Parameters, new byte[500]);

        (await Should.ThrowAsync<IOException>(async () => await open.ReadAsync(0, new byte[10], Token))).Message.ShouldContain("another process wrote to it meanwhile");
    }

    private async Task WaitsForAsync(string id, string reason)
    {
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!(await Rows.FindAsync(id, Token))!.WaitsFor.Contains(reason, StringComparison.Ordinal))
        {
            await beat.WaitForNextTickAsync(Token);
        }
    }

    private protected override async Task<ICheckpointBlobs> OpenAsync()
    {
        _options = With(await server.ConnectionStringAsync());
        _container = new BlobContainerClient(_options.ConnectionString, _options.Container);
        return new AzureCheckpoints(_options);
    }

    private protected override async Task<IReadOnlyList<string>> NamesAsync(CheckpointPlace place)
    {
        string folder = $"{Prefix}/{place}/";
        var names = new List<string>();
        await foreach (var item in _container!.GetBlobsAsync(new() { Prefix = folder }, Token))
        {
            names.Add(item.Name[folder.Length..]);
        }

        return names;
    }

    private protected override Task ReplaceAsync(CheckpointPlace place, string name, byte[]? bytes)
    {
        BlobClient blob = _container!.GetBlobClient($"{Prefix}/{place}/{name}");
        return bytes is null ? blob.DeleteAsync(cancellationToken: Token) : blob.UploadAsync(new BinaryData(bytes), overwrite: true, Token);
    }

    private protected override async Task<string> VersionAsync(CheckpointPlace place, string name)
        => (await _container!.GetBlobClient($"{Prefix}/{place}/{name}").GetPropertiesAsync(cancellationToken: Token)).Value.ETag.ToString();

    private static CheckpointOptions With(string connectionString) => new() { ConnectionString = connectionString, Container = "tests", Prefix = Prefix };

    private static CheckpointOptions Unreachable(TcpListener listener) => new()
    {
        ConnectionString = AzuriteServer.Describe(new Uri($"http://{listener.LocalEndpoint}"), Convert.ToBase64String(new byte[32])),
        Container = "tests",
        RequestTimeout = TimeSpan.FromSeconds(1),
    };
}
