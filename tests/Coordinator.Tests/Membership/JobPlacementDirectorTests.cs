using System.Net;
using S2M.Coordinator.Membership;
using S2M.Coordinator.Workers;

namespace S2M.Coordinator.Tests.Membership;

/// <summary>A job goes to its loop's silo, else to the one with the fewest jobs; workers that a new directory has not heard of stay lent.</summary>
public sealed class JobPlacementDirectorTests
{
    private static readonly SiloAddress[] Silos =
        [.. Enumerable.Range(1, 3).Select(number => SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 1000 + number), number))];

    [Fact]
    public void Choose_TheOwnerLives_ItGetsTheJobHoweverBusyItIs()
        => JobPlacementDirector.Choose(Silos, "job", Name(1), Running((1, 9), (2, 0))).ShouldBe(Silos[1]);

    [Fact]
    public void Choose_NoOwnerOrADeadOne_TheFewestJobsDecide()
    {
        JobPlacementDirector.Choose(Silos, "job", string.Empty, Running((0, 2), (1, 1), (2, 3))).ShouldBe(Silos[1]);
        JobPlacementDirector.Choose(Silos, "job", "127.0.0.1:9@9", Running((0, 2), (1, 3))).ShouldBe(Silos[2]);
    }

    [Fact]
    public void Choose_EquallyBusy_JobsAreSpreadAndTheOrderOfSilosDoesNotMatter()
    {
        string[] jobs = [.. Enumerable.Range(0, 60).Select(number => $"job-{number}")];

        SiloAddress[] chosen = [.. jobs.Select(job => JobPlacementDirector.Choose(Silos, job, string.Empty, Running()))];

        foreach (SiloAddress silo in Silos)
        {
            chosen.Count(one => one.Equals(silo)).ShouldBeInRange(10, 30);
        }

        jobs.Select(job => JobPlacementDirector.Choose([.. Silos.Reverse()], job, string.Empty, Running())).ShouldBe(chosen);
    }

    [Fact]
    public void MayStillCome_YoungDirectory_OnlyWorkersThatItHasNotHeardOf()
    {
        LentWorker Worker(string incarnation) => new("name", incarnation, "http://127.0.0.1:1", string.Empty);
        var young = new Loan([], string.Empty, [], []) { Known = ["one"] };

        young.MayStillCome(Worker("two")).ShouldBeTrue();
        young.MayStillCome(Worker("one")).ShouldBeFalse();
        new Loan([], string.Empty, [], []).MayStillCome(Worker("two")).ShouldBeFalse();
    }

    private static string Name(int silo) => S2M.Coordinator.Membership.Silos.NameOf(Silos[silo]);

    private static Dictionary<string, int> Running(params (int Silo, int Jobs)[] counts)
        => counts.ToDictionary(count => Name(count.Silo), count => count.Jobs, StringComparer.Ordinal);
}
