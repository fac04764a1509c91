using CsCheck;
using S2M.Coordinator.Checkpoints;
using Effect = S2M.Coordinator.Checkpoints.PublicationEffect;
using Event = S2M.Coordinator.Checkpoints.PublicationEvent;
using Phase = S2M.Coordinator.Checkpoints.PublicationPhase;

namespace S2M.Coordinator.Tests.Checkpoints;

/// <summary>The protocol by itself: every way through it.</summary>
public sealed class CheckpointPublicationTests
{
    private static readonly Effect[] Work = [Effect.WriteFiles, Effect.FlushRows, Effect.MovePointer, Effect.FindOld, Effect.ForgetOld, Effect.RemoveOld];
    private static readonly CheckpointPublication First = CheckpointPublication.Idle with { IsFirst = true };
    private static readonly Effect[] FirstWork = [.. Work[..4], Effect.FindLost, .. Work[4..]];

    [Fact]
    public void On_NothingFails_WritesFilesThenRowsThenPointerThenForgetsAndRemoves()
    {
        (CheckpointPublication end, List<Effect> effects) = Run([Event.Asked, .. Work.Select(_ => Event.Done)]);

        end.Phase.ShouldBe(Phase.Published);
        effects.ShouldBe(Work);
    }

    [Fact]
    public void On_FirstOfALoop_AlsoFindsWhatEarlierOnesLeft()
    {
        (CheckpointPublication end, List<Effect> effects) = Run(First, [Event.Asked, .. FirstWork.Select(_ => Event.Done)]);

        end.Phase.ShouldBe(Phase.Published);
        effects.ShouldBe(FirstWork);
    }

    [Theory]
    [InlineData(0, nameof(Effect.WriteFiles))]
    [InlineData(1, nameof(Effect.FlushRows))]
    [InlineData(2, nameof(Effect.MovePointer))]
    public void On_Away_SaysSoWaitsAndTriesTheSameAgain(int before, string name)
    {
        Effect work = Enum.Parse<Effect>(name);
        Event[] done = [Event.Asked, .. Enumerable.Repeat(Event.Done, before)];
        int known = Run(done).Effects.Count;

        (CheckpointPublication end, List<Effect> effects) = Run([.. done, Event.Away, Event.PauseOver, Event.Away, Event.PauseOver, Event.Done]);

        effects[(known - 1)..^1].ShouldBe([work, Effect.Say, Effect.Pause, work, Effect.Say, Effect.Pause, work, Effect.Say]);
        end.IsOver.ShouldBeFalse();
    }

    [Fact]
    public void On_AwayAgainAndAgain_PausesTwiceAsLongUpToFiveSeconds()
    {
        CheckpointPublication state = Run(Event.Asked).End;
        var pauses = new List<double>();
        for (int i = 0; i < 7; i++)
        {
            state = state.On(Event.Away).Next;
            pauses.Add(state.Pause.TotalSeconds);
            state = state.On(Event.PauseOver).Next;
        }

        pauses.ShouldBe([0.2, 0.4, 0.8, 1.6, 3.2, 5, 5]);
        state.On(Event.Done).Next.On(Event.Away).Next.Pause.TotalSeconds.ShouldBe(0.2, "another phase begins anew");
    }

    [Theory]
    [InlineData(1, nameof(Event.Refused), nameof(Phase.Lost))]
    [InlineData(2, nameof(Event.Refused), nameof(Phase.Lost))]
    [InlineData(0, nameof(Event.Broken), nameof(Phase.Failed))]
    [InlineData(1, nameof(Event.Broken), nameof(Phase.Failed))]
    [InlineData(2, nameof(Event.Broken), nameof(Phase.Failed))]
    [InlineData(3, nameof(Event.Broken), nameof(Phase.Published))]
    [InlineData(3, nameof(Event.Away), nameof(Phase.Published))]
    [InlineData(3, nameof(Event.Refused), nameof(Phase.Published))]
    [InlineData(4, nameof(Event.Refused), nameof(Phase.Published))]
    [InlineData(5, nameof(Event.Away), nameof(Phase.Published))]
    public void On_Failure_EndsIt(int before, string failure, string expected)
    {
        (CheckpointPublication end, List<Effect> effects) = Run([Event.Asked, .. Enumerable.Repeat(Event.Done, before), Enum.Parse<Event>(failure)]);

        end.Phase.ToString().ShouldBe(expected);
        effects.Contains(Effect.Warn).ShouldBe(before >= 3, "the checkpoint counts; what was not removed is told");
    }

    [Fact]
    public void On_StopWhileItWaits_TriesOnceMoreAndThenFails()
    {
        (CheckpointPublication end, List<Effect> effects) = Run(Event.Asked, Event.Away, Event.StopAsked, Event.PauseOver, Event.Away);

        end.Phase.ShouldBe(Phase.Failed);
        effects.ShouldBe([Effect.WriteFiles, Effect.Say, Effect.Pause, Effect.WriteFiles, Effect.Say]);
    }

    [Fact]
    public void On_StopWhileItWorks_GoesOnToTheEnd()
        => Run([Event.Asked, Event.StopAsked, .. Work.Select(_ => Event.Done)]).End.Phase.ShouldBe(Phase.Published);

    [Fact]
    public void On_AnyEvents_KeepTheOrderAndTheBound()
        => Gen.Select(Gen.Enum<Event>().Array[0, 40], Gen.Bool).Sample((events, isFirst) =>
        {
            CheckpointPublication state = isFirst ? First : CheckpointPublication.Idle;
            Effect[] work = isFirst ? FirstWork : Work;
            var begun = new List<Effect>();
            bool isOut = false;
            bool isPausing = false;
            bool isSaid = false;
            foreach (Event happened in events)
            {
                CheckpointPublication before = state;
                (state, IReadOnlyList<Effect> effects) = state.On(happened);

                if (before.IsOver)
                {
                    (state, effects.Count).ShouldBe((before, 0), "an end is an end");
                    continue;
                }

                bool isAnswer = happened is Event.Done or Event.Away or Event.Refused or Event.Broken;
                isOut &= !isAnswer;
                isPausing &= happened is not (Event.PauseOver or Event.StopAsked);
                foreach (Effect effect in effects)
                {
                    (isOut || isPausing).ShouldBeFalse("one thing at a time");
                    if (work.Contains(effect))
                    {
                        int at = Array.IndexOf(work, effect);
                        (begun.Count == 0 ? 0 : Array.IndexOf(work, begun[^1]) + 1).ShouldBeInRange(at, at + 1, "the same again, or the next one");
                        begun.Add(effect);
                        isOut = true;
                    }

                    isPausing |= effect == Effect.Pause;
                    isSaid = effect == Effect.Say ? effects.Contains(Effect.Pause) : isSaid;
                }

                state.IsOver.ShouldBe(!isOut && !isPausing && state.Phase != Phase.Idle, "as long as it is not over, something is under way");
                (state.IsOver && isSaid).ShouldBeFalse("nothing is waited for behind the end");
                (state.Phase == Phase.Published && !begun.Contains(Effect.FindOld)).ShouldBeFalse("published means that the pointer was moved");
            }
        });

    private static (CheckpointPublication End, List<Effect> Effects) Run(params IEnumerable<Event> events) => Run(CheckpointPublication.Idle, events);

    private static (CheckpointPublication End, List<Effect> Effects) Run(CheckpointPublication state, IEnumerable<Event> events)
    {
        var effects = new List<Effect>();
        foreach (Event happened in events)
        {
            (state, IReadOnlyList<Effect> next) = state.On(happened);
            effects.AddRange(next);
        }

        return (state, effects);
    }
}
