using S2M.Coordinator.Jobs;
using S2M.Coordinator.Jobs.Owning;
using S2M.Coordinator.Tests.Exploration;

namespace S2M.Coordinator.Tests.Jobs;

/// <summary>Every order in which owners, loops, commands, silos and the database can act, to a stated depth.</summary>
public sealed class JobExplorationTests
{
    // Deeper than the deepest way: where nothing breaks, all there is can be walked.
    private const int All = 1000;

    [Theory]
    [InlineData("submitted, the worker goes and comes", All)]
    [InlineData("two owners, paused and resumed", All)]
    [InlineData("two owners, cancelled", All)]
    [InlineData("a silo hangs and goes on", 13)]
    [InlineData("a silo dies and starts again", 14)]
    [InlineData("answers of the database are lost", 15)]
    [InlineData("a host stops, the worker goes and comes", 15)]
    [InlineData("a loop fails, is resumed, owners end", 14)]
    public void Next_EveryInterleaving_KeepsOneLoopForAJob(string scene, int depth)
    {
        Explored explored = Explore(static world => world.Violation()).Walk(Scene(scene), depth);

        TestContext.Current.SendDiagnosticMessage($"{scene}: {explored}");
        explored.States.ShouldBeGreaterThan(1000, "or the scene holds nothing worth walking");
    }

    // The explorer itself: were it blind, its silence would mean nothing.
    [Fact]
    public void Next_ALoopIsStartedWithoutTheSwapsAnswer_IsSeen()
    {
        var hasty = new JobRules((self, state, answer) => JobRules.Real.Next(self, state, answer) is var next && next.Doing is OwningEffect.BeginEpoch begin
            ? next with { Doing = new OwningEffect.Start(begin.Epoch + 1) }
            : next);

        Seen("submitted, the worker goes and comes", hasty, static world => world.Wrong()).ShouldStartWith("a loop of an epoch that was not begun\nafter: ");
    }

    [Fact]
    public void Next_LoopsThatDoNotLookAtTheirRow_GoOnForAJobThatIsPaused()
        => Seen("two owners, paused and resumed", JobRules.Real with { LoopsLook = false }, static world => world.Violation())
            .ShouldMatch("^all is well, and the job does not come to rest or to one loop: Paused,1[^\n]*\nafter: b is asked to Pause\n");

    private static string Seen(string scene, JobRules rules, Func<JobWorld, string?> violation)
        => Should.Throw<ExplorationException>(() => Explore(violation).Walk(Scene(scene) with { Rules = rules }, 12)).Message;

    private static Explorer<JobWorld> Explore(Func<JobWorld, string?> violation)
    {
        // A world is reached on many ways, and how it goes on is the same on all of them.
        var well = new HashSet<string>(StringComparer.Ordinal);
        return new Explorer<JobWorld>
        {
            Key = static world => world.Key,
            Successors = static world => world.Successors(),
            Violation = world => well.Add(world.Key) ? violation(world) : null,
        };
    }

    private static JobWorld Scene(string name)
    {
        var submitted = new JobWorld(JobRules.Real, ModelRow.Submitted, [new JobSilo("a"), new JobSilo("b")]);
        ModelRow begun = submitted.Row.Move(JobState.Queued, JobState.Running).Row.Begin(0, "a").Row.Publish(1, 0).Row;
        JobWorld running = submitted with { Row = begun, Loops = [new JobLoop("a", 1, 0, begun.Transitions.Count)], Started = [1] };
        return name switch
        {
            "submitted, the worker goes and comes" => submitted with { HasWorkers = false, Commands = [JobCommand.Pause], Faults = new JobFaults(WorkerChanges: 2) },
            "two owners, paused and resumed" => running with { Commands = [JobCommand.Pause, JobCommand.Resume] },
            "two owners, cancelled" => running with { Commands = [JobCommand.Cancel, JobCommand.Resume] },
            "a silo hangs and goes on" => running with { Commands = [JobCommand.Pause, JobCommand.Resume], Faults = new JobFaults(Hangs: 1, WrongDeaths: 1) },
            "a silo dies and starts again" => running with { Commands = [JobCommand.Pause], Faults = new JobFaults(Deaths: 1, Restarts: 1, WrongDeaths: 1) },
            "answers of the database are lost" => running with { Commands = [JobCommand.Pause, JobCommand.Resume], Faults = new JobFaults(LostAnswers: 2, Cuts: 1) },
            "a host stops, the worker goes and comes" => running with { Commands = [JobCommand.Cancel], Faults = new JobFaults(HostStops: 1, WorkerChanges: 2) },
            _ => running with { Commands = [JobCommand.Resume, JobCommand.Pause], Faults = new JobFaults(Failures: 1, Ends: 2) },
        };
    }
}
