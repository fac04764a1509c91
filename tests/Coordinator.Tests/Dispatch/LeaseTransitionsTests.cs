using S2M.Coordinator.Dispatch.Leasing;

namespace S2M.Coordinator.Tests.Dispatch;

/// <summary>Who gets what, case by case.</summary>
public sealed class LeaseTransitionsTests
{
    private static readonly LeaseTransitions Transitions = new(new LeasePolicy(FaultsPerShare: 2, BackupFactor: 1.5, BackupFloor: 0.25));

    [Fact]
    public void Looked_FreeWorkers_TheQuickestAndSoundestGetTheFirstShares()
    {
        LeasingState state = LeaseTransitions.Begin([(4, false), (4, false)]);

        (_, IReadOnlyList<LeasingEffect> effects) = Look(state, 0, Worker("slow", seconds: 1.2), Worker("broken", seconds: 1, failures: 1), Worker("quick", seconds: 1));

        effects.ShouldBe([new LeasingEffect.Send(0, 0, "quick", LeaseReason.Work), new LeasingEffect.Send(1, 1, "slow", LeaseReason.Work)]);
    }

    [Theory]
    [InlineData(5.9, false, "its time is not over")]
    [InlineData(6.1, true, "it takes more than 1.5 times what it takes otherwise")]
    public void Looked_NothingIsQueued_AnIdleWorkerCopiesWhatIsLate(double now, bool isCopied, string because)
    {
        (LeasingState state, _) = Look(LeaseTransitions.Begin([(4, false)]), 0, Worker("a", seconds: 1));

        (_, IReadOnlyList<LeasingEffect> effects) = Look(state, now, Worker("a", seconds: 1, isFree: false), Worker("b", seconds: 1));

        effects.Count.ShouldBe(isCopied ? 1 : 0, because);
        effects.ShouldBe(isCopied ? [new LeasingEffect.Send(0, 1, "b", LeaseReason.Backup)] : []);
    }

    [Fact]
    public void Looked_AKnownSlowWorkerHasAShare_AQuickOneCopiesItAtOnce()
    {
        (LeasingState state, _) = Look(LeaseTransitions.Begin([(4, false)]), 0, Worker("slow", seconds: 10));

        (_, IReadOnlyList<LeasingEffect> effects) = Look(state, 1, Worker("slow", seconds: 10, isFree: false), Worker("quick", seconds: 1));

        effects.ShouldBe([new LeasingEffect.Send(0, 1, "quick", LeaseReason.Backup)]);
    }

    [Fact]
    public void Looked_TwoShares_TheOneThatWouldEndLastIsCopied()
    {
        (LeasingState state, _) = Look(LeaseTransitions.Begin([(1, false), (4, false)]), 0, Worker("a", seconds: 10), Worker("b", seconds: 10));

        (_, IReadOnlyList<LeasingEffect> effects) = Look(state, 1, Worker("a", seconds: 10, isFree: false), Worker("b", seconds: 10, isFree: false), Worker("quick", seconds: 1));

        effects.ShouldBe([new LeasingEffect.Send(1, 2, "quick", LeaseReason.Backup)]);
    }

    [Fact]
    public void Looked_SharesAreQueued_EachGoesAheadToWhoIsFreeFirst()
    {
        LeasedWorker[] workers = [Worker("quick", seconds: 1), Worker("slow", seconds: 3)];

        (LeasingState state, IReadOnlyList<LeasingEffect> effects) = Look(LeaseTransitions.Begin(Enumerable.Repeat((2, false), 5)), 0, workers);

        effects.ShouldBe(
            [
                new LeasingEffect.Send(0, 0, "quick", LeaseReason.Work),
                new LeasingEffect.Send(1, 1, "slow", LeaseReason.Work),
                new LeasingEffect.Send(2, 2, "quick", LeaseReason.Ahead),
            ],
            "the quick one is free at 2 and at 4, the slow one at 6: what comes next is the quick one's too");
        state.Shares[2].Leases.ShouldBe([new Lease(2, "quick", 2) { Waits = true }]);
        workers = [workers[0] with { OnItsWay = 2 }, workers[1] with { OnItsWay = 1 }];
        Look(state, 3.25, workers).Effects.ShouldBeEmpty("the quick one is expected at 5.5 now, the slow one at 6");
        Look(state, 5, workers).Effects.ShouldBe([new LeasingEffect.Send(3, 3, "slow", LeaseReason.Ahead)], "the quick one is late");
    }

    [Fact]
    public void Answered_AnotherShareWaits_BeginsAtTheNextLook()
    {
        (LeasingState state, _) = Look(LeaseTransitions.Begin([(2, false), (2, false)]), 0, Worker("a", seconds: 1));
        (state, _) = Transitions.Next(state, new LeasingEvent.Answered(0, string.Empty));

        (state, _) = Look(state, 1.5, Worker("a", seconds: 1, onItsWay: 1));

        state.Shares[1].Leases.ShouldBe([new Lease(1, "a", 1.5)]);
    }

    [Fact]
    public void Answered_TheShareThatWaitsIsFirst_TheOtherBeginsAtTheNextLook()
    {
        (LeasingState state, _) = Look(LeaseTransitions.Begin([(2, false), (2, false)]), 0, Worker("a", seconds: 1));
        (state, _) = Transitions.Next(state, new LeasingEvent.Answered(1, string.Empty));

        (state, _) = Look(state, 2.5, Worker("a", seconds: 1, onItsWay: 1));

        state.Shares[0].Leases.ShouldBe([new Lease(0, "a", 2.5)], "or it would be taken to be late at 3");
    }

    [Theory]
    [InlineData(double.NaN, 0, 1, "nothing is known of its speed")]
    [InlineData(1, 1, 1, "it failed last")]
    [InlineData(1, 0, 2, "a call of it was cancelled and is not over")]
    public void Looked_AWorkerThatCannotBeRelyedOn_GetsNothingAhead(double seconds, int failures, int onItsWay, string because)
    {
        (LeasingState state, _) = Look(LeaseTransitions.Begin([(2, false), (2, false)]), 0, Worker("a"));

        Look(state, 0.5, Worker("a", seconds, failures: failures, onItsWay: onItsWay)).Effects.ShouldBeEmpty(because);
    }

    [Fact]
    public void Failed_BothSharesOfAWorker_AreQueuedAgain()
    {
        (LeasingState state, _) = Look(LeaseTransitions.Begin([(2, false), (2, false)]), 0, Worker("a", seconds: 1));
        (state, _) = Transitions.Next(state, new LeasingEvent.Failed(1, false, false, "gone"));
        (state, _) = Transitions.Next(state, new LeasingEvent.Failed(0, false, false, "gone"));

        Look(state, 1, Worker("b", seconds: 1), Worker("c", seconds: 1)).Effects
            .ShouldBe([new LeasingEffect.Send(0, 2, "b", LeaseReason.Work), new LeasingEffect.Send(1, 3, "c", LeaseReason.Work)]);
    }

    [Fact]
    public void Looked_NothingIsKnownOfSpeeds_NothingIsCopied()
    {
        (LeasingState state, _) = Look(LeaseTransitions.Begin([(4, false)]), 0, Worker("a"));

        Look(state, 1e6, Worker("a", isFree: false), Worker("b")).Effects.ShouldBeEmpty();
        new LeasePolicy(2, 1.5, 0.25).NextLook(state, new(1e6, [Worker("a", isFree: false), Worker("b")])).ShouldBe(double.PositiveInfinity);
    }

    [Fact]
    public void NextLook_AnIdleWorker_IsWhenTheFirstLeaseIsLate()
    {
        (LeasingState state, _) = Look(LeaseTransitions.Begin([(4, false), (2, false)]), 3, Worker("a", seconds: 1), Worker("b", seconds: 1));
        LeasePolicy policy = new(2, 1.5, 0.25);

        policy.NextLook(state, new(3, [Worker("a", seconds: 1, isFree: false), Worker("b", seconds: 1, isFree: false), Worker("c")])).ShouldBe(6);
        policy.NextLook(state, new(3, [Worker("a", seconds: 1, isFree: false), Worker("b", seconds: 1, isFree: false)])).ShouldBe(double.PositiveInfinity, "nobody is idle");
    }

    // Or the dispatcher would look again and again without a pause.
    [Fact]
    public void NextLook_ALateShareThatNobodyCanCopy_IsNotWaitedFor()
    {
        (LeasingState state, _) = Look(LeaseTransitions.Begin([(4, false)]), 0, Worker("b", seconds: 1));
        (state, _) = Transitions.Next(state, new LeasingEvent.Failed(0, true, false, "broke"));
        (state, _) = Look(state, 1, Worker("a", seconds: 1), Worker("b", seconds: 1));
        LeasedWorker[] workers = [Worker("a", seconds: 1, isFree: false), Worker("b", seconds: 1)];

        (state, IReadOnlyList<LeasingEffect> effects) = Look(state, 20, workers);

        effects.ShouldBeEmpty("the idle one has failed it");
        new LeasePolicy(2, 1.5, 0.25).NextLook(state, new(20, workers)).ShouldBe(double.PositiveInfinity);
    }

    [Fact]
    public void Answered_ACopyIsFirst_CountsAndTheOtherIsCancelledAndDropped()
    {
        (LeasingState state, _) = Look(LeaseTransitions.Begin([(4, false)]), 0, Worker("a", seconds: 1));
        (state, _) = Look(state, 10, Worker("a", seconds: 1, isFree: false), Worker("b", seconds: 1));

        (state, IReadOnlyList<LeasingEffect> effects) = Transitions.Next(state, new LeasingEvent.Answered(1, string.Empty));

        effects.ShouldBe([new LeasingEffect.Accept(0, 1), new LeasingEffect.Cancel(0)]);
        state.IsDone.ShouldBeTrue();
        Transitions.Next(state, new LeasingEvent.Answered(0, string.Empty)).Effects.ShouldBe([new LeasingEffect.Drop(0)]);
        Transitions.Next(state, new LeasingEvent.Failed(0, true, true, "cancelled")).Effects.ShouldBeEmpty();
    }

    [Fact]
    public void Failed_ACopyStaysOnItsWay_TheShareIsNotQueuedAgain()
    {
        (LeasingState state, _) = Look(LeaseTransitions.Begin([(4, false)]), 0, Worker("a", seconds: 1));
        (state, _) = Look(state, 10, Worker("a", seconds: 1, isFree: false), Worker("b", seconds: 1));

        (state, IReadOnlyList<LeasingEffect> effects) = Transitions.Next(state, new LeasingEvent.Failed(0, true, false, "broke"));

        effects.ShouldBe([new LeasingEffect.Lose(0, "a", "broke")]);
        Look(state, 10.1, Worker("a", seconds: 1), Worker("b", seconds: 1, isFree: false)).Effects.ShouldBeEmpty();
    }

    [Fact]
    public void Failed_AsOftenAsAllowed_FailsTheRun()
    {
        (LeasingState state, _) = Look(LeaseTransitions.Begin([(1, false)]), 0, Worker("a"));
        (state, _) = Transitions.Next(state, new LeasingEvent.Failed(0, true, false, "broke"));
        (state, _) = Look(state, 1, Worker("b"));

        Transitions.Next(state, new LeasingEvent.Failed(1, true, false, "broke too")).Effects.ShouldBe([new LeasingEffect.Fail(0, "b", "broke too")]);
        Transitions.Next(state, new LeasingEvent.Failed(1, false, true, "makes no sense")).Effects.ShouldBe([new LeasingEffect.Fail(0, "b", "makes no sense")]);
        Transitions.Next(state, new LeasingEvent.Failed(1, false, false, "gone")).Effects.ShouldBe([new LeasingEffect.Lose(0, "b", "gone")]);
    }

    [Fact]
    public void Answered_AnAuditTwoAgainstOne_TheOddOneGoesAndItsOtherAnswersAreComputedAgain()
    {
        LeasedWorker[] three = [Worker("a"), Worker("b"), Worker("odd")];
        (LeasingState state, IReadOnlyList<LeasingEffect> effects) = Look(LeaseTransitions.Begin([(1, false), (1, true)]), 0, [Worker("odd")]);
        (state, _) = Transitions.Next(state, new LeasingEvent.Answered(0, string.Empty));
        (state, effects) = Look(state, 1, [Worker("odd"), Worker("a")]);
        effects.ShouldBe([new LeasingEffect.Send(1, 1, "a", LeaseReason.Work), new LeasingEffect.Send(1, 2, "odd", LeaseReason.Audit)]);
        (state, effects) = Transitions.Next(state, new LeasingEvent.Answered(1, "right"));
        effects.ShouldBeEmpty("one opinion is none");
        (state, effects) = Transitions.Next(state, new LeasingEvent.Answered(2, "wrong"));
        effects.ShouldBeEmpty("two differ");
        (state, effects) = Look(state, 2, three);
        effects.ShouldBe([new LeasingEffect.Send(1, 3, "b", LeaseReason.Audit)]);

        (state, effects) = Transitions.Next(state, new LeasingEvent.Answered(3, "right"));

        effects.ShouldBe([new LeasingEffect.Accept(1, 1), new LeasingEffect.Distrust("odd", 1, "right", "wrong"), new LeasingEffect.Withdraw(0)]);
        state.IsDone.ShouldBeFalse();
        Look(state, 3, three).Effects.ShouldBe([new LeasingEffect.Send(0, 4, "a", LeaseReason.Work)], "and not to the odd one");
    }

    [Fact]
    public void Looked_AnAuditWithOneWorker_CountsWithoutASecondOpinion()
    {
        (LeasingState state, _) = Look(LeaseTransitions.Begin([(1, true)]), 0, Worker("a"));
        (state, _) = Transitions.Next(state, new LeasingEvent.Answered(0, "x"));

        (state, IReadOnlyList<LeasingEffect> effects) = Look(state, 1, Worker("a"));

        effects.ShouldBe([new LeasingEffect.SkipAudit(0), new LeasingEffect.Accept(0, 0)]);
        state.IsDone.ShouldBeTrue();
    }

    [Fact]
    public void Looked_ADisputeOfTwo_WaitsUntilOneOfThemLeaves()
    {
        (LeasingState state, _) = Look(LeaseTransitions.Begin([(1, true)]), 0, Worker("a"), Worker("b"));
        (state, _) = Transitions.Next(state, new LeasingEvent.Answered(0, "x"));
        (state, _) = Transitions.Next(state, new LeasingEvent.Answered(1, "y"));

        (state, IReadOnlyList<LeasingEffect> effects) = Look(state, 1, Worker("a"), Worker("b"));

        effects.ShouldBeEmpty("nobody decides");
        state.Shares[0].IsDisputed.ShouldBeTrue();
        Look(state, 2, Worker("b")).Effects.ShouldBe([new LeasingEffect.SkipAudit(0), new LeasingEffect.Accept(0, 1)]);
    }

    private static (LeasingState State, IReadOnlyList<LeasingEffect> Effects) Look(LeasingState state, double now, params LeasedWorker[] workers)
        => Transitions.Next(state, new LeasingEvent.Looked(now, workers));

    private static LeasedWorker Worker(string name, double seconds = double.NaN, bool isFree = true, int failures = 0, int? onItsWay = null)
        => new(name, onItsWay ?? (isFree ? 0 : 1), true, failures, seconds);
}
