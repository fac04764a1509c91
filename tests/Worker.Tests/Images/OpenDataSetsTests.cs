using S2M.Data.Catalogs;
using S2M.Data.Images;
using S2M.Worker.Images;

namespace S2M.Worker.Tests.Images;

public sealed class OpenDataSetsTests
{
    [Fact]
    public async Task UseAsync_SeveralAtATime_ShareOneOpening()
    {
        var source = new Source();
        await using var sets = new OpenDataSets([], source);
        Task<DataSetUse>[] uses = [.. Enumerable.Range(0, 8).Select(_ => sets.UseAsync("a", default))];
        source.Release.SetResult();

        DataSetUse[] all = await Task.WhenAll(uses);

        source.Opened.ShouldBe(["a"]);
        all.Select(use => use.DataSet).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task UseAsync_ManyVersions_ClosesTheOldestThatNobodyUses()
    {
        var source = new Source();
        source.Release.SetResult();
        await using var sets = new OpenDataSets([], source);
        using DataSetUse held = await sets.UseAsync("held", default);
        var seen = new List<Images>();
        foreach (string version in (string[])["a", "b", "c"])
        {
            using DataSetUse use = await sets.UseAsync(version, default);
            seen.Add((Images)use.DataSet.DataSet);
        }

        await seen[0].Closed.Task;
        seen[1].Closed.Task.IsCompleted.ShouldBeFalse();
        ((Images)held.DataSet.DataSet).Closed.Task.IsCompleted.ShouldBeFalse();
        sets.Versions.ShouldBe(["b", "c", "held"]);
    }

    [Fact]
    public async Task UseAsync_UsedAgainByARunner_StaysOpenUntilBothLeave()
    {
        var source = new Source();
        source.Release.SetResult();
        await using var sets = new OpenDataSets([], source);
        DataSetUse first = await sets.UseAsync("a", default);
        DataSetUse second = first.Again();
        first.Dispose();
        first.Dispose();
        foreach (string version in (string[])["b", "c", "d"])
        {
            (await sets.UseAsync(version, default)).Dispose();
        }

        sets.Versions.Any(version => version == "a").ShouldBeTrue();
        second.Dispose();
        sets.Versions.Any(version => version == "a").ShouldBeFalse();
    }

    [Fact]
    public async Task UseAsync_OpeningFailed_IsTriedAgain()
    {
        var source = new Source { Failures = 1 };
        source.Release.SetResult();
        await using var sets = new OpenDataSets([], source);

        await Should.ThrowAsync<WorkerException>(() => sets.UseAsync("a", default));

        using DataSetUse use = await sets.UseAsync("a", default);
        source.Opened.ShouldBe(["a", "a"]);
    }

    [Fact]
    public async Task UseAsync_CancelledWhileOpening_LeavesTheOpeningToOthers()
    {
        var source = new Source();
        await using var sets = new OpenDataSets([], source);
        using var stop = new CancellationTokenSource();
        Task<DataSetUse> first = sets.UseAsync("a", stop.Token);
        Task<DataSetUse> second = sets.UseAsync("a", default);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);

        source.Release.SetResult();

        (await second).DataSet.DataSet.Version.ShouldBe("a");
    }

    [Fact]
    public async Task DecodeAhead_TwiceAndClosed_DecodesEveryImageOnceAndEndsBeforeTheDataSetDoes()
    {
        var images = new Images("a");
        await using (var dataSet = new OpenDataSet(images))
        {
            var format = new ImageFormat(4, 1, false);
            await dataSet.DecodeAhead(format);
            await dataSet.DecodeAhead(format);

            images.Decoded.ShouldBe(3);
            dataSet.Images.Bytes.ShouldBe(3 * format.PixelCount);
            _ = dataSet.DecodeAhead(new ImageFormat(8, 1, false));
        }

        images.DecodedAfterItsEnd.ShouldBe(0);
    }

    private sealed class Source : IDataSetSource
    {
        internal List<string> Opened { get; } = [];

        internal TaskCompletionSource Release { get; } = new();

        internal int Failures { get; set; }

        public async Task<IDataSet> OpenAsync(string version, CancellationToken cancellationToken)
        {
            await Release.Task;
            Opened.Add(version);
            return Failures-- > 0 ? throw new WorkerException("not now") : new Images(version);
        }
    }

    private sealed class Images(string version) : IDataSet
    {
        internal TaskCompletionSource Closed { get; } = new();

        internal int Decoded { get; private set; }

        internal int DecodedAfterItsEnd { get; private set; }

        public string Name => version;

        public string Version => version;

        public IReadOnlyList<ImageClass> Classes => [];

        public int ImageCount => 3;

        public string PathOf(int image) => string.Empty;

        public string HashOf(int image) => string.Empty;

        public void Decode(int image, ImageFormat format, Span<byte> pixels)
        {
            Decoded++;
            DecodedAfterItsEnd += Closed.Task.IsCompleted ? 1 : 0;
        }

        public void Dispose() => Closed.SetResult();
    }
}
