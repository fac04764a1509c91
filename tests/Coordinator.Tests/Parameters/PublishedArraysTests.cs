using S2M.Coordinator.Parameters;
using S2M.Numerics.Parameters;

namespace S2M.Coordinator.Tests.Parameters;

public sealed class PublishedArraysTests
{
    private readonly PublishedArrays _arrays = new();

    [Fact]
    public void Publish_SnapshotsOfOneStep_AreTwoVersions()
    {
        using PublishedArrays.Loop loop = Open(1);
        ParameterSnapshot fresh = Snapshot();
        ParameterSnapshot started = Snapshot();

        int first = loop.Publish(fresh);
        int second = loop.Publish(started);

        second.ShouldNotBe(first);
        loop.Publish(fresh).ShouldBe(first, "the same one keeps its number");
        loop.Version(first).ShouldBeSameAs(fresh);
        loop.Version(second).ShouldBeSameAs(started);
        loop.Version(99).ShouldBeNull();
    }

    [Fact]
    public void Publish_ManyVersions_KeepsThoseAskedForLast()
    {
        using PublishedArrays.Loop loop = Open(1);
        ParameterSnapshot first = Snapshot();
        int number = loop.Publish(first);
        int[] others = [.. Enumerable.Range(0, 6).Select(_ =>
        {
            int other = loop.Publish(Snapshot());
            loop.Publish(first);
            return other;
        })];

        loop.Version(number).ShouldBeSameAs(first, "the canary's version is asked for again and again");
        others.Select(other => loop.Version(other) is not null).ShouldBe([false, false, false, true, true, true]);
    }

    [Fact]
    public void Publish_LargeVersions_KeepsTheNewestAndTheOneForGood()
    {
        using PublishedArrays.Loop loop = Open(1);
        ParameterSnapshot[] snapshots = [.. Enumerable.Range(0, 3).Select(version => new ParameterSnapshot(version, new float[(64 << 20) / sizeof(float)], []))];

        int kept = loop.PublishForGood(snapshots[0]);
        int[] versions = [.. snapshots[1..].Select(loop.Publish)];

        loop.Version(kept).ShouldBeSameAs(snapshots[0]);
        versions.Select(loop.Version).ShouldBe([null, snapshots[2]]);
    }

    [Fact]
    public void Publish_Descriptors_KeepTheirNamesAndTheNewestThree()
    {
        using PublishedArrays.Loop loop = Open(1);
        float[][] all = [.. Enumerable.Range(0, 5).Select(i => new float[] { i })];

        string[] names = [.. all.Select(loop.Publish)];

        names.Distinct(StringComparer.Ordinal).Count().ShouldBe(5);
        loop.Publish(all[4]).ShouldBe(names[4]);
        names.Select(loop.Descriptors).ShouldBe([null, null, all[2], all[3], all[4]]);
    }

    [Fact]
    public void Open_NewEpoch_TakesThePlaceAndOutlivesTheOldOnesEnd()
    {
        PublishedArrays.Loop old = Open(1);
        using PublishedArrays.Loop next = Open(2);

        old.Dispose();

        _arrays.Find("job-1").ShouldBeSameAs(next);
        next.Dispose();
        _arrays.Find("job-1").ShouldBeNull();
    }

    private static ParameterSnapshot Snapshot() => new(0, [1], []);

    private PublishedArrays.Loop Open(long epoch) => _arrays.Open("job-1", epoch, "{}", "hash", "glyphs@0");
}
