using S2M.Coordinator.Dispatch.Leasing;
using S2M.Coordinator.Tests.Exploration;

namespace S2M.Coordinator.Tests.Dispatch;

/// <summary>Every order in which answers, lies, failures, leaves, joins and time can come, to the end of each scene.</summary>
public sealed class LeasingExplorationTests
{
    private static readonly LeasePolicy Policy = new(FaultsPerShare: 10, BackupFactor: 1.5, BackupFloor: 0.25);

    [Theory]
    [InlineData("three shares, two fail, one leaves", 30)]
    [InlineData("a slow worker, time passes", 30)]
    [InlineData("four shares, some wait behind others", 30)]
    [InlineData("an audit, a liar", 30)]
    [InlineData("an audit, a liar, one leaves, one joins", 30)]
    public void Next_EveryInterleaving_CountsEachShareOnceAndEnds(string scene, int depth)
    {
        LeasingWorld start = Scene(scene);

        Explored explored = Explore().Walk(start, depth);

        TestContext.Current.SendDiagnosticMessage($"{scene}: {explored}");
        explored.IsWhole.ShouldBeTrue("nothing is left to walk");
        explored.States.ShouldBeGreaterThan(1000, "or the scene holds nothing worth walking");
    }

    // The explorer itself: were it blind, its silence would mean nothing.
    [Fact]
    public void Next_AWorkerLiesWithoutAudit_IsSeen()
    {
        LeasingWorld start = Scene("an audit, a liar") with { State = LeaseTransitions.Begin([(1, false)]) };

        Explorer<LeasingWorld> explorer = Explore(world => world.Accepted.Values.Any(counts => counts.Digest == "false") ? "a wrong answer counts" : null);

        ExplorationException seen = Should.Throw<ExplorationException>(() => explorer.Walk(start, 4));

        seen.Message.ShouldStartWith("a wrong answer counts\nafter: look; a on share 0 lies\nin: ");
    }

    private static Explorer<LeasingWorld> Explore(Func<LeasingWorld, string?>? violation = null) => new()
    {
        Key = static world => world.Key,
        Successors = static world => world.Successors(),
        Violation = violation ?? (static world => world.Violation()),
    };

    private static LeasingWorld Scene(string name)
    {
        LeasingWorld World(IEnumerable<(int, bool)> shares, params string[] workers) => new(new LeaseTransitions(Policy), LeaseTransitions.Begin(shares), [.. workers]);
        return name switch
        {
            "three shares, two fail, one leaves" => World([(1, false), (1, false), (1, false)], "a", "b") with { Failures = 2, Leaves = 1, MayJoin = ["c"] },
            "a slow worker, time passes" => World([(1, false), (1, false), (1, false)], "a", "b", "slow") with { Ticks = 2, Failures = 1 },
            "four shares, some wait behind others" => World([(1, false), (1, false), (1, false), (1, false)], "a", "slow") with { Ticks = 1, Failures = 1, Leaves = 1 },
            "an audit, a liar" => World([(1, false), (1, true)], "a", "b", "c") with { Liars = ["a"], Failures = 2, Ticks = 1 },
            _ => World([(1, true), (1, false)], "a", "b") with { Liars = ["b"], MayJoin = ["c"], Leaves = 1, Ticks = 1 },
        };
    }
}
