using S2M.Coordinator.Jobs;

namespace S2M.Coordinator.Tests.Jobs;

public sealed class WorkCountTests
{
    [Fact]
    public void Add_FromManyThreads_IsToldInOrder()
    {
        var told = new List<(string Unit, int Done, int Total)>();
        var count = new WorkCount((unit, done, total) => told.Add((unit, done, total)), "images", 3000);

        Parallel.For(0, 1000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ => count.Add(3));

        told.ShouldBe(Enumerable.Range(1, 1000).Select(times => ("images", 3 * times, 3000)));
    }

    [Fact]
    public void Add_NobodyToTell_Counts() => Should.NotThrow(() => new WorkCount(null, "images", 1).Add(1));
}
