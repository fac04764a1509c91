using System.Diagnostics.Metrics;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using S2M.Data;
using S2M.Data.Images;
using S2M.Protos.V1;
using S2M.Worker.Diagnostics;
using S2M.Worker.Hosting;
using S2M.Worker.Images;
using S2M.Worker.Tests.Processes;

namespace S2M.Worker.Tests.Images;

/// <summary>Contents pulled over real sockets into a real folder.</summary>
public sealed class FetchedDataSetsTests : IAsyncLifetime
{
    private const int Cut = 4000;

    private readonly TemporaryFolder _folder = new();
    private readonly CoordinatorChannels _channels = new(FakeCoordinator.Token);
    private readonly WorkerInstruments _instruments = new();
    private readonly FakeTimeProvider _clock = new() { AutoAdvanceAmount = TimeSpan.FromSeconds(1) };
    private ServedContent _content = null!;
    private FakeCoordinator _coordinator = null!;

    private string Cache => Path.Combine(_folder.Path, "cache");

    private string Partial => Path.Combine(Cache, $"{_content.Sha256}.partial");

    private string Whole => Path.Combine(Cache, $"{_content.Sha256}.content");

    public async ValueTask InitializeAsync()
    {
        _content = new ServedContent(Path.Combine(_folder.Path, "source"));
        _coordinator = await FakeCoordinator.StartAsync();
        _content.ServeAt(_coordinator);
    }

    public async ValueTask DisposeAsync()
    {
        _channels.Dispose();
        _instruments.Dispose();
        await _coordinator.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task OpenAsync_FirstTime_FetchesTheContentAndOpensIt()
    {
        using IDataSet dataSet = await OpenAsync();

        dataSet.Version.ShouldBe(_content.Version);
        Enumerable.Range(0, 4).Select(dataSet.HashOf).ShouldBe(Enumerable.Range(0, 4).Select(_content.HashOf));
        (await File.ReadAllBytesAsync(Whole)).ShouldBe(_content.Content);
        File.Exists(Partial).ShouldBeFalse();
    }

    [Fact]
    public async Task OpenAsync_SecondTime_FetchesNothing()
    {
        (await OpenAsync()).Dispose();
        (await OpenAsync()).Dispose();

        _coordinator.Offsets.ShouldBe([0L]);
    }

    [Fact]
    public async Task OpenAsync_ConnectionCut_GoesOnWhereItStopped()
    {
        // What is on its way when a connection ends is lost: the cut waits until something came.
        var came = new TaskCompletionSource();
        using var listener = new MeterListener { InstrumentPublished = (instrument, self) => self.EnableMeasurementEvents(instrument) };
        listener.SetMeasurementEventCallback<long>((instrument, _, _, _) => _ = instrument.Name == "s2m.worker.received" && came.TrySetResult());
        listener.Start();
        _coordinator.CutAfter = Cut;
        _coordinator.BeforeCut = came.Task;

        using IDataSet dataSet = await OpenAsync();

        dataSet.Version.ShouldBe(_content.Version);
        long[] offsets = [.. _coordinator.Offsets];
        offsets.Length.ShouldBe(2);
        offsets[0].ShouldBe(0);
        offsets[1].ShouldBeInRange(1, Cut);
        (await File.ReadAllBytesAsync(Whole)).ShouldBe(_content.Content);
    }

    [Fact]
    public async Task OpenAsync_PartialFileOfAnEarlierProcess_GoesOnBehindIt()
    {
        Directory.CreateDirectory(Cache);
        await File.WriteAllBytesAsync(Partial, _content.Content[..Cut]);

        (await OpenAsync()).Dispose();

        _coordinator.Offsets.ShouldBe([(long)Cut]);
        (await File.ReadAllBytesAsync(Whole)).ShouldBe(_content.Content);
    }

    [Fact]
    public async Task OpenAsync_CutAtEveryAttempt_GivesUpAndKeepsWhatCame()
    {
        Directory.CreateDirectory(Cache);
        await File.WriteAllBytesAsync(Partial, _content.Content[..Cut]);
        _coordinator.Content = _content.Content[..Cut];

        RpcException problem = await Should.ThrowAsync<RpcException>(() => OpenAsync());

        problem.StatusCode.ShouldBe(StatusCode.Unavailable);
        _coordinator.Offsets.Count.ShouldBe(3);
        new FileInfo(Partial).Length.ShouldBe(Cut);
    }

    [Theory]
    [InlineData(5, "expected a manifest with this SHA-256")]
    [InlineData(-1, "file 'b/2.png': expected SHA-256")]
    public async Task OpenAsync_ByteDamagedOnItsWay_IsRefusedAndFetchedAfresh(int position, string message)
    {
        int index = position < 0 ? _content.Content.Length + position : position;
        _coordinator.Content[index] ^= 1;

        (await Should.ThrowAsync<DataException>(() => OpenAsync())).Message.ShouldContain(message);

        File.Exists(Partial).ShouldBeFalse();
        _coordinator.Content[index] ^= 1;
        (await OpenAsync()).Dispose();
    }

    [Fact]
    public async Task OpenAsync_MoreBytesThanRegistered_IsRefused()
    {
        _coordinator.Content = [.. _content.Content, 0];

        (await Should.ThrowAsync<DataException>(() => OpenAsync())).Message.ShouldContain("got more");
    }

    [Fact]
    public async Task OpenAsync_RegisteredPathWithTheSameImages_IsUsed()
    {
        _content.ServeAt(_coordinator, _content.Folder);

        using IDataSet dataSet = await OpenAsync();

        dataSet.Version.ShouldBe(_content.Version);
        _coordinator.Offsets.ShouldBeEmpty();
    }

    [Fact]
    public async Task OpenAsync_RegisteredPathWithOtherImages_FetchesTheContent()
    {
        var other = new ServedContent(Path.Combine(_folder.Path, "other"), shade: 1);
        _content.ServeAt(_coordinator, other.Folder);

        using IDataSet dataSet = await OpenAsync();

        dataSet.Version.ShouldBe(_content.Version);
        _coordinator.Offsets.ShouldBe([0L]);
    }

    [Fact]
    public async Task OpenAsync_CacheFull_RemovesTheLeastRecentlyUsed()
    {
        var (second, third) = (new ServedContent(Path.Combine(_folder.Path, "second"), 1), new ServedContent(Path.Combine(_folder.Path, "third"), 2));
        foreach (ServedContent content in new[] { _content, second, _content, third })
        {
            content.ServeAt(_coordinator);
            (await OpenAsync(version: content.Version, maximumBytes: 2 * _content.Content.Length)).Dispose();
        }

        File.Exists(Whole).ShouldBeTrue();
        File.Exists(Path.Combine(Cache, $"{second.Sha256}.content")).ShouldBeFalse();
        File.Exists(Path.Combine(Cache, $"{third.Sha256}.content")).ShouldBeTrue();
    }

    [Fact]
    public async Task OpenAsync_LargerThanTheCache_IsRefused()
        => (await Should.ThrowAsync<WorkerException>(() => OpenAsync(maximumBytes: 100))).Message.ShouldContain($"at most 100 bytes, got {_content.Content.Length}");

    [Fact]
    public async Task OpenAsync_AnotherProcessFetches_WaitsForItAndUsesWhatItBrought()
    {
        Directory.CreateDirectory(Cache);
        Task<IDataSet> waiting;
        await using (var held = new FileStream(Partial, FileMode.Create, FileAccess.ReadWrite, FileShare.None))
        {
            waiting = OpenAsync();
            await held.WriteAsync(_content.Content);
            await held.FlushAsync();
            waiting.IsCompleted.ShouldBeFalse();
            File.Move(Partial, Whole);
        }

        using IDataSet dataSet = await waiting;

        dataSet.Version.ShouldBe(_content.Version);
        _coordinator.Offsets.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("letters")]
    [InlineData("letters@12")]
    [InlineData("@0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("letters@../../../../../../../../../../../../../../../../../../../etc/secret")]
    public async Task OpenAsync_NoVersion_IsRefused(string version)
        => (await Should.ThrowAsync<DataException>(() => OpenAsync(version: version))).Message.ShouldContain("expected name@sha256");

    private Task<IDataSet> OpenAsync(string? version = null, long maximumBytes = 1 << 20)
    {
        var options = new FetchOptions { Folder = Cache, MaximumBytes = maximumBytes, Attempts = 3, Pause = TimeSpan.FromMilliseconds(10) };
        return new FetchedDataSets(
            new DataSetService.DataSetServiceClient(_channels.To(_coordinator.Address)),
            new ContentCache(options, _clock),
            options,
            _instruments,
            TimeProvider.System,
            NullLogger<FetchedDataSets>.Instance).OpenAsync(version ?? _content.Version, TestContext.Current.CancellationToken);
    }
}
