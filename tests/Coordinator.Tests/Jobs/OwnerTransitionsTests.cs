using S2M.Coordinator.Jobs;
using S2M.Coordinator.Jobs.Owning;

namespace S2M.Coordinator.Tests.Jobs;

/// <summary>Single decisions of a job's owner; <see cref="JobExplorationTests"/> walks all of them.</summary>
public sealed class OwnerTransitionsTests
{
    private static readonly OwnerTransitions Owner = new("model", "a");
    private static readonly JobRecord Queued = ModelRow.Submitted.Record;
    private static readonly JobRecord Running = Queued with { State = JobState.Running, Epoch = 3, Owner = "a" };

    // Paused and resumed by another silo's owner: the job stays in the queue until the loop from before is gone.
    [Fact]
    public void Next_ALoopRunsHere_NoOtherIsBegun()
    {
        var stay = new OwningEffect.End(null, AfterTurn.KeepLoop);

        Look(Running, loop: 3).Doing.ShouldBe(stay);
        Look(Running with { Epoch = 4, Owner = "b" }, loop: 3).Doing.ShouldBe(stay);
        Look(Queued with { Epoch = 3 }, loop: 3).Doing.ShouldBe(stay);
    }

    [Fact]
    public void Keeps_ALoopThatTheRowNoLongerAsksFor_IsFalse()
    {
        OwnerTransitions.Keeps(Running, 3).ShouldBeTrue();
        OwnerTransitions.Keeps(Running, 2).ShouldBeFalse("another one has the epoch");
        OwnerTransitions.Keeps(Running with { State = JobState.Cancelled }, 3).ShouldBeFalse();
        OwnerTransitions.Keeps(Running with { Owner = string.Empty }, 3).ShouldBeFalse("paused and resumed since, and the next epoch is not begun yet");
    }

    // It would be Running without a loop until another silo looks.
    [Fact]
    public void Next_HostStops_TakesNoJobOutOfTheQueue()
        => Look(Queued, acceptsNew: false).Doing.ShouldBe(new OwningEffect.End(null, AfterTurn.Stay));

    [Fact]
    public void Next_OwnerOfTheLoopLives_GoesToIt()
    {
        OwningState state = Look(Running with { Owner = "b" });

        state.Doing.ShouldBe(new OwningEffect.AskOwner("b"));
        Owner.Next(state, new OwningEvent.Heard(IsAlive: true)).Doing.ShouldBe(new OwningEffect.End(null, AfterTurn.GoToOwner));
        Owner.Next(state, new OwningEvent.Heard(IsAlive: false)).Doing.ShouldBe(new OwningEffect.BeginEpoch(3));
    }

    [Fact]
    public void Next_JobIsNotThere_RefusesACommandByItsName()
    {
        OwningState state = OwnerTransitions.Begin(new OwningEvent.Command(JobCommand.Pause, "ada", "why"));

        Owner.Next(state, new OwningEvent.Looked(null, null, AcceptsNew: true)).Doing
            .ShouldBe(new OwningEffect.End("expected a job, got 'model', which is not there", AfterTurn.Stay));
    }

    private static OwningState Look(JobRecord row, long? loop = null, bool acceptsNew = true)
        => Owner.Next(OwnerTransitions.Begin(new OwningEvent.Ensure()), new OwningEvent.Looked(row, loop, acceptsNew));
}
