using System.Collections.Immutable;
using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Tests.Jobs;
using S2M.Specification;

namespace S2M.Coordinator.Tests.Checkpoints;

/// <summary>
/// A job's checkpoints between its loops, its row and the store. A loop acts by single calls of the store or the database, and any other may act between two of them: one
/// that hangs and goes on late is among it. Every call may be answered, be done without an answer, or fail with or without having been done.
/// </summary>
internal sealed record PublisherWorld(PublisherRules Rules, ModelRow Row)
{
    /// <summary>The step of the last checkpoint.</summary>
    private const int Last = 2;

    internal ModelBlobs Blobs { get; init; } = new();

    internal ImmutableArray<PublisherLoop> Loops { get; init; } = [];

    internal PublisherFaults Faults { get; init; } = new();

    internal KeepSpecification Keep { get; init; } = new() { Last = 1, Best = false };

    /// <summary>The step up to which metrics and log are in the database.</summary>
    internal int History { get; init; } = -1;

    /// <summary>What was done that must not be done.</summary>
    internal string? Broken { get; init; }

    internal string Key => $"{Row.Record.Epoch} {Pointer} {Shown(Row.Checkpoints)}|{Blobs}|{string.Join(';', Loops)}|{Faults}|{History}|{Broken}";

    /// <summary>What the job's row names; its step is -1 where it names nothing.</summary>
    private (long Epoch, int Step) Pointer => (Row.Record.CheckpointEpoch, Row.Record.CheckpointStep);

    /// <summary>A job whose first loop begins.</summary>
    internal static PublisherWorld Begin(PublisherRules rules)
        => new(rules, ModelRow.Submitted.Move(JobState.Queued, JobState.Running).Row.Begin(0, "1").Row) { Loops = [new PublisherLoop(1, Last)] };

    /// <summary>Everything that can happen next.</summary>
    internal IEnumerable<(string Action, PublisherWorld Next)> Successors()
    {
        if (Faults.Takeovers > 0)
        {
            yield return ("the job is taken over", (this with { Faults = Faults with { Takeovers = Faults.Takeovers - 1 } }).TakeOver(Last));
        }

        for (int i = 0; i < Loops.Length; i++)
        {
            string name = $"loop {Loops[i].Epoch}";
            foreach ((string action, PublisherWorld next) in Acts(i))
            {
                yield return ($"{name} {action}", next);
            }

            if (Faults.Crashes > 0)
            {
                yield return ($"{name} is killed", (this with { Faults = Faults with { Crashes = Faults.Crashes - 1 } }).End(i));
            }

            if (Faults.Stops > 0 && !Loops[i].IsAskedToStop)
            {
                yield return ($"{name} is asked to stop", (this with { Faults = Faults with { Stops = Faults.Stops - 1 } }).Put(i, Loops[i] with { IsAskedToStop = true }));
            }
        }

        foreach ((long Epoch, int Step) place in Faults.Damages > 0 ? Blobs.All.Where(pair => pair.Value.IsWhole).Select(pair => pair.Key) : [])
        {
            yield return ($"{place} is damaged", this with { Blobs = Blobs.Damage(place), Faults = Faults with { Damages = Faults.Damages - 1 } });
        }
    }

    /// <summary>What must hold in every world, and where it leads to when nothing fails any more.</summary>
    internal string? Violation() => Wrong() ?? (Complete() is var end ? end.Wrong() ?? end.Unsettled() : null);

    /// <summary>What must hold in every world.</summary>
    internal string? Wrong()
    {
        if (Broken is not null)
        {
            return Broken;
        }

        foreach ((long Epoch, int Step) row in Row.Checkpoints)
        {
            if (BlobOf(row) is not { } blob || (!blob.IsWhole && !blob.IsDamaged))
            {
                return row == Pointer ? "the pointer names a checkpoint that is not whole" : "a row names a checkpoint that is not whole";
            }

            if (blob.FilesOf != row.Epoch)
            {
                return "a row names another loop's bits";
            }
        }

        return Pointer.Step < 0 ? null
            : !Row.Checkpoints.Contains(Pointer) ? "the pointer names a checkpoint without a row"
            : Pointer.Step > History ? "the pointer is ahead of the rows of what happened before"
            : BlobOf(Pointer)!.IsWhole && Newest(Row.Checkpoints, Rules.Believes) != Pointer ? "a resume does not find what the pointer names"
            : null;
    }

    private PublisherWorld TakeOver(int until)
        => Row.Begin(Row.Record.Epoch, "another") is { Epoch: { } epoch } begun ? this with { Row = begun.Row, Loops = Loops.Add(new PublisherLoop(epoch, until)) } : this;

    /// <summary>The next call of a loop, in each of the ways that it can end.</summary>
    private IEnumerable<(string Action, PublisherWorld Next)> Acts(int i)
    {
        PublisherLoop loop = Loops[i];
        if (loop.Publication is null)
        {
            return [loop.Rows is null ? ("reads the rows", Put(i, loop with { Rows = Row.Checkpoints })) : ("goes on", GoOn(i))];
        }

        return loop.Doing.Effect switch
        {
            PublicationEffect.Pause => [("has paused", Hear(i, PublicationEvent.PauseOver))],
            PublicationEffect.RemoveOld => Removes(i),
            _ => Calls(i, loop.Doing.Effect!.Value),
        };
    }

    private IEnumerable<(string Action, PublisherWorld Next)> Calls(int i, PublicationEffect effect)
    {
        (PublisherWorld done, PublicationEvent? answer) = Do(i, effect);
        yield return ($"{effect}: {answer?.ToString() ?? "half"}", answer is { } heard ? done.Hear(i, heard) : done);
        foreach ((PublicationEvent failure, PublisherFaults left) in Failures())
        {
            PublisherWorld failed = this with { Faults = left };
            yield return ($"{effect}: {failure}", failed.Hear(i, failure));
            if (answer is not null)
            {
                yield return ($"{effect}: {failure}, and was done", (done with { Faults = left }).Hear(i, failure));
            }

            if (effect == PublicationEffect.WriteFiles && failure == PublicationEvent.Broken)
            {
                yield return ($"{effect}: {failure}, and what was written is removed", (failed with { Blobs = Blobs.CleanUp(PlaceOf(Loops[i])) }).Hear(i, failure));
            }
        }
    }

    private IEnumerable<(PublicationEvent Failure, PublisherFaults Left)> Failures()
        => new[] { (PublicationEvent.Away, Faults with { Away = Faults.Away - 1 }), (PublicationEvent.Broken, Faults with { Broken = Faults.Broken - 1 }) }
            .Where(failure => failure.Item2 is { Away: >= 0, Broken: >= 0 });

    /// <summary>A call that succeeds.</summary>
    /// <returns>The world behind it, and the answer; none where it goes on.</returns>
    private (PublisherWorld World, PublicationEvent? Answer) Do(int i, PublicationEffect effect)
    {
        PublisherLoop loop = Loops[i];
        bool isOurs = loop.Epoch == Row.Record.Epoch;
        switch (effect)
        {
            case PublicationEffect.WriteFiles when loop.Doing.Done == 0:
                return ((this with { Blobs = Blobs.Begin(PlaceOf(loop), loop.Epoch) }).Put(i, loop with { Doing = (effect, 1) }), null);
            case PublicationEffect.WriteFiles:
                return (this with { Blobs = Blobs.End(PlaceOf(loop), loop.Epoch) }, PublicationEvent.Done);
            case PublicationEffect.FlushRows:
                return (isOurs ? this with { History = Math.Max(History, loop.Step) } : this, Answer(isOurs));
            case PublicationEffect.MovePointer:
                (ModelRow moved, bool was) = Rules.Publish(Row, loop.Epoch, loop.Step);
                return (was ? Move(moved, isOurs) : this, Answer(was));
            case PublicationEffect.FindOld:
                return (Put(i, loop with { Rows = Row.Checkpoints, Old = [.. Rules.Old([.. Row.Checkpoints], Keep)] }), PublicationEvent.Done);
            case PublicationEffect.FindLost:
                return (Put(i, loop with { Lost = [.. Rules.Lost([.. Blobs.All.Keys], [.. loop.Rows ?? []], loop.Epoch)] }), PublicationEvent.Done);
            case PublicationEffect.ForgetOld when !loop.Going.Any():
                return (this, PublicationEvent.Done);
            default:
                (ModelRow rest, bool forgot) = Rules.Forget(Row, loop.Epoch, loop.Old);
                return (this with { Row = rest }, Answer(forgot));
        }
    }

    private static PublicationEvent Answer(bool isOurs) => isOurs ? PublicationEvent.Done : PublicationEvent.Refused;

    private PublisherWorld Move(ModelRow moved, bool isOurs) => this with
    {
        Row = moved,
        Broken = (moved.Record.CheckpointEpoch, moved.Record.CheckpointStep).CompareTo(Pointer) < 0 && Pointer.Step >= 0 ? "the pointer goes back"
            : isOurs ? Broken
            : "a loop that lost the job moves the pointer",
    };

    /// <summary>One place after the other, its manifest first; one that cannot be removed is passed by.</summary>
    private IEnumerable<(string Action, PublisherWorld Next)> Removes(int i)
    {
        PublisherLoop loop = Loops[i];
        int at = loop.Doing.Done / 2;
        if (at == loop.Going.Count())
        {
            yield return ("has removed all", Hear(i, PublicationEvent.Done));
            yield break;
        }

        (long Epoch, int Step) gone = Rules.PlaceOf(loop.Going.ElementAt(at));
        bool isFirst = loop.Doing.Done % 2 == 0;
        PublisherWorld next = Put(i, loop with { Doing = (loop.Doing.Effect, loop.Doing.Done + 1) });
        yield return isFirst
            ? ($"removes the manifest of {gone}", next with { Blobs = Blobs.RemoveManifest(gone), Broken = Broken ?? Forbidden(gone) })
            : ($"removes {gone}", next with { Blobs = Blobs.Remove(gone), Broken = Broken ?? Forbidden(gone) });
        if (Faults.Away > 0)
        {
            PublisherWorld left = Put(i, loop with { Doing = (loop.Doing.Effect, (at + 1) * 2) });
            yield return ($"cannot remove {gone}", left with { Faults = Faults with { Away = Faults.Away - 1 } });
        }
    }

    /// <summary>Why nothing may be removed from a place; null where it may.</summary>
    private string? Forbidden((long Epoch, int Step) place)
        => Pointer.Step >= 0 && Rules.PlaceOf(Pointer) == place ? "what the pointer names is removed"
            : Loops.Any(loop => loop.IsInFlight && loop.Epoch == Row.Record.Epoch && PlaceOf(loop) == place) ? "what the job's loop is about to name is removed"
            : null;

    /// <summary>The loop takes the newest checkpoint over that it believes, of the rows that it has read.</summary>
    private PublisherWorld GoOn(int i)
    {
        PublisherLoop loop = Loops[i];
        (long Epoch, int Step)? found = Newest(loop.Rows!, Rules.Believes);
        string? broken = found is { } one && !BlobOf(one)!.IsWhole ? "a loop goes on from a checkpoint that is not whole"
            : loop.Epoch == Row.Record.Epoch && found != Newest(Row.Checkpoints, static blob => blob.IsWhole) ? "the job's loop passes by its newest checkpoint"
            : null;
        PublisherWorld world = this with { Broken = Broken ?? broken };
        return world.Publish(i, loop with { Step = found?.Step ?? -1, Publication = Rules.First });
    }

    /// <summary>The next checkpoint of a loop, or its end.</summary>
    private PublisherWorld Publish(int i, PublisherLoop loop)
    {
        bool isAgain = loop.IsAskedToStop && loop.Step >= 0;
        if (loop.IsLast || (!isAgain && loop.Step >= loop.Until))
        {
            return End(i);
        }

        PublisherLoop next = loop with { Step = isAgain ? loop.Step : loop.Step + 1, IsLast = isAgain, Rows = null, Old = [], Lost = [] };
        return Put(i, next).Hear(i, PublicationEvent.Asked);
    }

    /// <summary>A loop hears what came of its call, and first that it is to stop.</summary>
    private PublisherWorld Hear(int i, PublicationEvent answer)
    {
        PublisherLoop loop = Loops[i];
        foreach (PublicationEvent happened in loop.IsAskedToStop && answer != PublicationEvent.Asked ? [PublicationEvent.StopAsked, answer] : new[] { answer })
        {
            (CheckpointPublication state, IReadOnlyList<PublicationEffect> effects) = Rules.Next(loop.Publication!, happened);
            loop = loop with { Publication = state };
            foreach (PublicationEffect effect in effects.Where(effect => effect is not (PublicationEffect.Say or PublicationEffect.Warn)))
            {
                loop = loop with { Doing = (effect, 0) };
            }
        }

        if (loop.Publication!.Phase != PublicationPhase.Published)
        {
            return loop.Publication.IsOver ? End(i) : Put(i, loop);
        }

        bool isTrue = loop.Epoch < Row.Record.Epoch || Pointer == loop.Checkpoint;
        PublisherWorld world = isTrue ? this : this with { Broken = Broken ?? "a checkpoint that does not count is said to be published" };
        return world.Publish(i, loop with { Publication = CheckpointPublication.Idle, Doing = default });
    }

    /// <summary>Nothing fails from here on; all loops come to their ends, then one more begins and publishes one checkpoint more.</summary>
    private PublisherWorld Complete()
    {
        PublisherWorld world = (this with { Faults = new PublisherFaults() }).RunAll().TakeOver(Last + 1).RunAll();
        return world.Loops.Length == 0 ? world : world with { Broken = "a loop comes to no end" };
    }

    private PublisherWorld RunAll()
    {
        PublisherWorld world = this;
        for (int act = 0; act < 200 && world.Loops.Length > 0; act++)
        {
            world = world.Acts(0).First().Next;
        }

        return world;
    }

    /// <summary>What is not as it is to be behind the last loop of a job.</summary>
    private string? Unsettled()
        => Pointer != (Row.Record.Epoch, Last + 1) || Row.Checkpoints.Max != Pointer
            ? $"all is well, and the newest checkpoint does not count: {Pointer} of {Shown(Row.Checkpoints)}"
            : !Blobs.All.Keys.Order().SequenceEqual(Row.Checkpoints.Select(Rules.PlaceOf).Order()) ? $"all is well, and not what the rows name lies in the store: {Blobs}"
            : null;

    private (long Epoch, int Step)? Newest(IEnumerable<(long Epoch, int Step)> rows, Func<ModelBlob, bool> believes)
        => rows.OrderByDescending(row => row.Step).ThenByDescending(row => row.Epoch)
            .Where(row => BlobOf(row) is { } blob && believes(blob)).Select(row => ((long, int)?)row).FirstOrDefault();

    private ModelBlob? BlobOf((long Epoch, int Step) checkpoint) => Blobs.At(Rules.PlaceOf(checkpoint));

    private (long Epoch, int Step) PlaceOf(PublisherLoop loop) => Rules.PlaceOf(loop.Checkpoint);

    private PublisherWorld Put(int i, PublisherLoop loop) => this with { Loops = Loops.SetItem(i, loop) };

    private PublisherWorld End(int i) => this with { Loops = Loops.RemoveAt(i) };

    private static string Shown(IEnumerable<(long Epoch, int Step)> checkpoints) => string.Join(',', checkpoints);
}
