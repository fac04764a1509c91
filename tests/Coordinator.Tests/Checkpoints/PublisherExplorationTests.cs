using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.Tests.Exploration;
using S2M.Specification;
using Effect = S2M.Coordinator.Checkpoints.PublicationEffect;

namespace S2M.Coordinator.Tests.Checkpoints;

/// <summary>Every order in which loops of one job, the store and the database can act while checkpoints are published, to the end of each scene.</summary>
public sealed class PublisherExplorationTests
{
    // Deeper than the deepest way: all there is can be walked.
    private const int All = 1000;

    [Theory]
    [InlineData("a loop hangs, another takes over")]
    [InlineData("store and database are away")]
    [InlineData("loops are killed")]
    [InlineData("a write fails for good")]
    [InlineData("loops are stopped")]
    [InlineData("a checkpoint is damaged")]
    public void On_EveryInterleaving_PointsToAWholeCheckpointOfTheJobsLoop(string scene)
    {
        Explored explored = Explore(static world => world.Violation()).Walk(Scene(scene), All);

        TestContext.Current.SendDiagnosticMessage($"{scene}: {explored}");
        explored.IsWhole.ShouldBeTrue("nothing is left to walk");
        explored.States.ShouldBeGreaterThan(1000, "or the scene holds nothing worth walking");
    }

    // The explorer itself: were it blind, its silence would mean nothing. Each of these breaks one thing that must hold.
    [Theory]
    [InlineData("the pointer before the files", "a loop hangs, another takes over", "the pointer names a checkpoint that is not whole")]
    [InlineData("the same again over what is there", "loops are stopped", "the pointer names a checkpoint that is not whole")]
    [InlineData("files before their rows", "a loop hangs, another takes over", "a row names a checkpoint that is not whole")]
    [InlineData("places without an epoch", "a loop hangs, another takes over", "the pointer names a checkpoint that is not whole")]
    [InlineData("a pointer without its row", "a loop hangs, another takes over", "the pointer names a checkpoint without a row")]
    [InlineData("the pointer before the rows", "a loop hangs, another takes over", "the pointer is ahead of the rows of what happened before")]
    [InlineData("a pointer without a fence", "a loop hangs, another takes over", "a loop that lost the job moves the pointer")]
    [InlineData("retention of nothing", "a loop hangs, another takes over", "what the pointer names is removed")]
    [InlineData("all that no row names goes, without a fence", "a loop hangs, another takes over", "what the job's loop is about to name is removed")]
    [InlineData("a loop that does not verify", "a checkpoint is damaged", "a loop goes on from a checkpoint that is not whole")]
    [InlineData("a loop that believes nothing", "loops are killed", "a resume does not find what the pointer names")]
    [InlineData("no answer is taken for a good one", "store and database are away", "a checkpoint that does not count is said to be published")]
    public void On_Broken_IsSeen(string how, string scene, string seen)
        => Should.Throw<ExplorationException>(() => Explore(static world => world.Wrong()).Walk(Break(how, Scene(scene)), All)).Message.ShouldStartWith(seen);

    [Theory]
    [InlineData("what no row names stays", "all is well, and not what the rows name lies in the store")]
    [InlineData("nothing is published", "all is well, and the newest checkpoint does not count")]
    [InlineData("a good answer is taken for none", "a loop comes to no end")]
    public void On_BrokenTowardsTheEnd_IsSeen(string how, string seen)
        => Should.Throw<ExplorationException>(() => Explore(static world => world.Violation()).Walk(Break(how, Scene("loops are killed")), All)).Message.ShouldStartWith(seen);

    // What comes behind something else that is seen first.
    [Theory]
    [InlineData("a pointer without a fence", "the pointer goes back")]
    [InlineData("places without an epoch", "a row names another loop's bits")]
    [InlineData("a loop that believes nothing", "the job's loop passes by its newest checkpoint")]
    public void On_Broken_IsSeenAlsoBehindSomethingElse(string how, string seen)
    {
        Explorer<PublisherWorld> explorer = Explore(world => world.Wrong() == seen ? seen : null);

        Should.Throw<ExplorationException>(() => explorer.Walk(Break(how, Scene("a loop hangs, another takes over")), All)).Message.ShouldStartWith(seen);
    }

    // What a loop before left is chosen of earlier epochs alone, and is removed only while the job is the loop's: the one does where the other fails.
    [Theory]
    [InlineData("all that no row names goes")]
    [InlineData("rows go without a fence")]
    public void On_OneOfTwoGuardsIsBroken_TheOtherHolds(string how)
        => Explore(static world => world.Wrong()).Walk(Break(how, Scene("a loop hangs, another takes over")), All).IsWhole.ShouldBeTrue();

    private static PublisherWorld Break(string how, PublisherWorld world)
    {
        PublisherRules real = PublisherRules.Real;
        PublisherRules all = real with { Lost = static (places, rows, _) => places.Except(rows) };
        PublisherRules fenceless = real with { Forget = static (row, _, old) => row.Forget(row.Record.Epoch, old) };
        return how switch
        {
            "the pointer before the files" => world with { Rules = PublisherRules.Exchanged(Effect.WriteFiles, Effect.MovePointer) },
            "the same again over what is there" => world with { Blobs = new ModelBlobs { WritesOver = true } },
            "files before their rows" => world with { Rules = PublisherRules.Exchanged(Effect.ForgetOld, Effect.RemoveOld) },
            "places without an epoch" => world with { Rules = real with { PlaceOf = static checkpoint => (0, checkpoint.Step), Lost = static (_, _, _) => [] } },
            "a pointer without its row" => world with { Rules = real with { Publish = PublisherRules.PublishWithoutRow } },
            "the pointer before the rows" => world with { Rules = PublisherRules.Exchanged(Effect.FlushRows, Effect.MovePointer) },
            "a pointer without a fence" => world with { Rules = real with { Publish = PublisherRules.PublishAlways } },
            "retention of nothing" => world with { Rules = real with { Old = static (rows, _) => rows } },
            "all that no row names goes" => world with { Rules = all },
            "rows go without a fence" => world with { Rules = fenceless },
            "all that no row names goes, without a fence" => world with { Rules = all with { Forget = fenceless.Forget } },
            "a loop that does not verify" => world with { Rules = real with { Believes = static _ => true } },
            "a loop that believes nothing" => world with { Rules = real with { Believes = static _ => false } },
            "no answer is taken for a good one" => world with { Rules = PublisherRules.Misheard(PublicationPhase.MovingPointer, PublicationEvent.Away, PublicationEvent.Done) },
            "what no row names stays" => world with { Rules = real with { First = CheckpointPublication.Idle } },
            "nothing is published" => world with { Rules = PublisherRules.Misheard(PublicationPhase.WritingFiles, PublicationEvent.Done, PublicationEvent.Broken) },
            _ => world with { Rules = PublisherRules.Misheard(PublicationPhase.FlushingRows, PublicationEvent.Done, PublicationEvent.Away) },
        };
    }

    private static Explorer<PublisherWorld> Explore(Func<PublisherWorld, string?> violation)
    {
        // A world is reached on many ways, and how it goes on is the same on all of them.
        var well = new HashSet<string>(StringComparer.Ordinal);
        return new Explorer<PublisherWorld>
        {
            Key = static world => world.Key,
            Successors = static world => world.Successors(),
            Violation = world => well.Add(world.Key) ? violation(world) : null,
        };
    }

    private static PublisherWorld Scene(string name)
    {
        PublisherWorld world = PublisherWorld.Begin(PublisherRules.Real);
        return name switch
        {
            "a loop hangs, another takes over" => world with { Faults = new PublisherFaults(Takeovers: 2) },
            "store and database are away" => world with { Faults = new PublisherFaults(Takeovers: 1, Away: 2) },
            "loops are killed" => world with { Faults = new PublisherFaults(Takeovers: 2, Crashes: 2) },
            "a write fails for good" => world with { Faults = new PublisherFaults(Takeovers: 1, Away: 1, Broken: 1) },
            "loops are stopped" => world with { Faults = new PublisherFaults(Takeovers: 1, Away: 1, Stops: 2) },
            _ => world with { Faults = new PublisherFaults(Takeovers: 1, Crashes: 1, Damages: 1), Keep = new KeepSpecification { Last = 2, Best = false } },
        };
    }
}
