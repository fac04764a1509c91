using System.Collections.Immutable;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Jobs.Owning;

namespace S2M.Coordinator.Tests.Jobs;

/// <summary>A loop: the step of its newest checkpoint, and how often the job had been moved when it began.</summary>
internal sealed record JobLoop(string Silo, long Epoch, int Step, int Moves)
{
    /// <summary>Whether it was told to stop.</summary>
    internal bool IsStopping { get; init; }

    /// <summary>Whether its silo still counts it among those that run.</summary>
    internal bool IsListed { get; init; } = true;
}

/// <summary>A silo with the job's owner on it, at work or not.</summary>
internal sealed record JobSilo(string Name)
{
    internal bool IsUp { get; init; } = true;

    internal bool IsHung { get; init; }

    /// <summary>Whether the others believe that it lives.</summary>
    internal bool IsMember { get; init; } = true;

    internal bool AcceptsNew { get; init; } = true;

    internal OwningState? Turn { get; init; }

    /// <summary>The row on its way from the database to the owner.</summary>
    internal JobRecord? Read { get; init; }

    /// <summary>The epoch of the loop that the owner waits for.</summary>
    internal long? StopsEpoch { get; init; }

    /// <summary>Whether the turn has changed the job's state.</summary>
    internal bool HasMoved { get; init; }

    internal bool Acts => IsUp && !IsHung;
}

/// <summary>How often what may go wrong still may.</summary>
internal sealed record JobFaults(
    int Hangs = 0, int Deaths = 0, int WrongDeaths = 0, int Restarts = 0, int LostAnswers = 0, int Cuts = 0,
    int Failures = 0, int WorkerChanges = 0, int Ends = 0, int HostStops = 0)
{
    public override string ToString() => $"{Hangs}{Deaths}{WrongDeaths}{Restarts}{LostAnswers}{Cuts}{Failures}{WorkerChanges}{Ends}{HostStops}";
}

/// <summary>What is decided, by the code in service or by a broken one.</summary>
internal sealed record JobRules(Func<string, OwningState, OwningEvent, OwningState> Next, bool LoopsLook = true)
{
    internal static JobRules Real { get; } = new((self, state, answer) => new OwnerTransitions("model", self).Next(state, answer));
}

/// <summary>
/// A job between two silos: its row, an owner on each that takes one turn after the other, loops, and what goes wrong. Owners come up on either silo at any time, even
/// both at once: whatever Orleans does is among it. What they do is <see cref="OwnerTransitions"/>' word; what loops do is what <see cref="JobRun"/> may do.
/// </summary>
internal sealed record JobWorld(JobRules Rules, ModelRow Row, ImmutableArray<JobSilo> Silos)
{
    /// <summary>Steps of the training.</summary>
    private const int Steps = 1;

    internal ImmutableList<JobLoop> Loops { get; init; } = [];

    internal ImmutableList<JobCommand> Commands { get; init; } = [];

    internal JobFaults Faults { get; init; } = new();

    internal bool HasWorkers { get; init; } = true;

    internal ImmutableSortedSet<long> Started { get; init; } = [];

    /// <summary>What was done that must not be done.</summary>
    internal string? Broken { get; init; }

    internal string Key => string.Join(
        '|',
        Seen(Row.Record),
        string.Join(';', Silos.Select(KeyOf)),
        string.Join(';', Loops.Select(KeyOf).Order(StringComparer.Ordinal)),
        string.Join(',', Commands),
        Faults,
        HasWorkers,
        string.Join(',', Started),
        Broken);

    private JobRecord Record => Row.Record;

    /// <summary>Everything that can happen next.</summary>
    internal IEnumerable<(string Action, JobWorld Next)> Successors()
    {
        for (int i = 0; i < Silos.Length; i++)
        {
            foreach ((string action, JobWorld next) in Silos[i].Acts ? Silos[i].Turn is null ? Turns(i) : Acts(i) : [])
            {
                yield return ($"{Silos[i].Name} {action}", next);
            }

            foreach ((string action, JobWorld next) in SiloFaults(i))
            {
                yield return ($"{Silos[i].Name} {action}", next);
            }
        }

        foreach (JobLoop loop in Loops.Where(loop => SiloOf(loop).Acts))
        {
            foreach ((string action, JobWorld next) in LoopActs(loop))
            {
                yield return ($"loop {loop.Epoch} at {loop.Silo} {action}", next);
            }
        }

        if (Faults.WorkerChanges > 0)
        {
            JobFaults faults = Faults with { WorkerChanges = Faults.WorkerChanges - 1 };
            yield return (HasWorkers ? "the worker goes" : "a worker comes", this with { HasWorkers = !HasWorkers, Faults = faults });
        }
    }

    /// <summary>What must hold in every world, and where it leads to when all is well from here on.</summary>
    internal string? Violation() => Wrong() ?? (Complete() is var end ? end.Wrong() ?? end.Unsettled() : null);

    /// <summary>What must hold in every world.</summary>
    internal string? Wrong()
        => Broken
            ?? (Loops.CountBy(loop => loop.Epoch).Any(pair => pair.Value > 1) ? "two loops of one epoch" : null)
            ?? (Loops.Any(loop => loop.Epoch > Record.Epoch) ? "a loop of an epoch that was not begun" : null)
            ?? (Record.WaitsFor.Length > 0 && !JobTransitions.IsActive(Record.State) ? $"a job waits that is {Record.State}" : null);

    private IEnumerable<(string Action, JobWorld Next)> Turns(int i)
    {
        yield return ("is asked to ensure", Begin(i, new OwningEvent.Ensure()));
        foreach (JobCommand command in Commands.Distinct())
        {
            yield return ($"is asked to {command}", (this with { Commands = Commands.Remove(command) }).Begin(i, new OwningEvent.Command(command, "ada", "why")));
        }

        if (Faults.Ends > 0)
        {
            yield return ("ends its owner", (this with { Faults = Faults with { Ends = Faults.Ends - 1 } }).Begin(i, new OwningEvent.Deactivating()));
        }
    }

    /// <summary>What a turn does next: one thing, which another world may lose the answer to.</summary>
    private IEnumerable<(string Action, JobWorld Next)> Acts(int i)
    {
        JobSilo silo = Silos[i];
        OwningEffect doing = silo.Turn!.Doing;
        string name = $"({silo.Turn.Turn.GetType().Name}) {doing.GetType().Name}";
        if (doing is OwningEffect.Stop && silo.StopsEpoch is { } stops && Loops.Exists(loop => loop.Silo == silo.Name && loop.Epoch == stops))
        {
            if (silo.Turn.Turn is OwningEvent.Deactivating)
            {
                yield return ("does not wait for the loop's end", Put(i, silo with { Turn = null, StopsEpoch = null }));
            }

            yield break;
        }

        (JobWorld done, OwningEvent? answer) = Do(i, doing);
        yield return (name, answer is null ? done : done.Hear(i, answer));
        if (Faults.LostAnswers > 0 && doing is OwningEffect.Move or OwningEffect.BeginEpoch or OwningEffect.Note)
        {
            JobFaults faults = Faults with { LostAnswers = Faults.LostAnswers - 1 };
            yield return ($"{name}, without an answer", (done with { Faults = faults }).Put(i, done.Silos[i] with { Turn = null, HasMoved = false }));
            yield return ($"{name}, which fails", (this with { Faults = faults }).Put(i, silo with { Turn = null, HasMoved = false }));
        }
    }

    private (JobWorld World, OwningEvent? Answer) Do(int i, OwningEffect effect)
    {
        JobSilo silo = Silos[i];
        JobLoop? here = Loops.Find(loop => loop.Silo == silo.Name && loop.IsListed);
        switch (effect)
        {
            case OwningEffect.Look when silo.Read is null:
                return (Put(i, silo with { Read = Record }), null);
            case OwningEffect.Look:
                return (Put(i, silo with { Read = null }), new OwningEvent.Looked(silo.Read, here?.Epoch, silo.AcceptsNew));
            case OwningEffect.Borrow:
                return (this, new OwningEvent.Lent(HasWorkers ? "worker-0" : string.Empty, HasWorkers ? string.Empty : "a worker"));
            case OwningEffect.AskOwner ask:
                return (this, new OwningEvent.Heard(Silos.Any(other => other.Name == ask.Silo && other.IsMember)));
            case OwningEffect.SayWait wait:
                return (Write(Row.SetWait(wait.Epoch, wait.WaitsFor).Row, "the owner"), new OwningEvent.Done());
            case OwningEffect.Move move:
                (ModelRow moved, bool was) = Row.Move(move.From, move.To);
                return (Write(moved, "the owner").Put(i, silo with { HasMoved = silo.HasMoved || was }), new OwningEvent.Moved(was));
            case OwningEffect.BeginEpoch begin:
                (ModelRow begun, long? epoch) = Row.Begin(begin.Epoch, silo.Name);
                return (Write(begun, "the owner"), new OwningEvent.Begun(epoch));
            case OwningEffect.Start start:
                var loop = new JobLoop(silo.Name, start.Epoch, Record.CheckpointStep, Row.Transitions.Count);
                JobWorld started = this with { Loops = Loops.Add(loop), Started = Started.Add(start.Epoch) };
                return (Started.Contains(start.Epoch) ? started with { Broken = "two loops of one epoch were started" } : started, new OwningEvent.Done());
            case OwningEffect.Stop when here is not null && silo.StopsEpoch is null:
                return (Replace(here, here with { IsStopping = true, IsListed = false }).Put(i, silo with { StopsEpoch = here.Epoch }), null);
            case OwningEffect.Stop:
                return (Put(i, silo with { StopsEpoch = null }), new OwningEvent.Done());
            default:
                return (this, new OwningEvent.Done());
        }
    }

    private IEnumerable<(string Action, JobWorld Next)> LoopActs(JobLoop loop)
    {
        JobWorld over = this with { Loops = Loops.Remove(loop) };
        if (loop.IsStopping)
        {
            yield return ("stops", over);
        }
        else if (Rules.LoopsLook && !OwnerTransitions.Keeps(Record, loop.Epoch))
        {
            yield return ("looks at its row", Replace(loop, loop with { IsStopping = true }));
        }

        string waits = HasWorkers ? string.Empty : "a worker";
        if (!loop.IsStopping && Record.WaitsFor != waits && Row.SetWait(loop.Epoch, waits) is { Was: true } said)
        {
            yield return ($"says that it waits for '{waits}'", Write(said.Row, "a loop"));
        }

        if (loop.Step < Steps)
        {
            (ModelRow published, bool was) = Row.Publish(loop.Epoch, loop.Step + 1);
            JobLoop further = loop with { Step = loop.Step + 1 };
            yield return ("publishes", was ? Replace(loop, further).Write(published, "a loop", further) : over);
        }
        else
        {
            (ModelRow finished, bool was) = Row.Finish(loop.Epoch, JobState.Succeeded, "hash");
            yield return ("finishes", was ? over.Write(finished, "a loop", loop) : over);
        }

        if (Faults.Failures > 0)
        {
            JobWorld failing = over with { Faults = Faults with { Failures = Faults.Failures - 1 } };
            (ModelRow failed, bool was) = Row.Finish(loop.Epoch, JobState.Failed, string.Empty);
            yield return ("fails", was ? failing.Write(failed, "a loop", loop) : failing);
        }

        if (Faults.Cuts > 0)
        {
            yield return ("ends without the database", over with { Faults = Faults with { Cuts = Faults.Cuts - 1 } });
        }
    }

    private IEnumerable<(string Action, JobWorld Next)> SiloFaults(int i)
    {
        JobSilo silo = Silos[i];
        if (silo.IsHung)
        {
            yield return ("goes on", Put(i, silo with { IsHung = false }));
        }

        if (silo.IsMember && !silo.Acts)
        {
            yield return ("is declared dead", Put(i, silo with { IsMember = false }));
        }

        if (!silo.IsUp && Faults.Restarts > 0)
        {
            yield return ("starts again", (this with { Faults = Faults with { Restarts = Faults.Restarts - 1 } }).Put(i, new JobSilo(silo.Name + "'")));
        }

        if (!silo.Acts)
        {
            yield break;
        }

        if (!silo.IsMember && (silo.AcceptsNew || !Loops.Exists(loop => loop.Silo == silo.Name)))
        {
            yield return (silo.AcceptsNew ? "learns of its death and dies" : "ends", Die(i));
        }

        if (Faults.Hangs > 0)
        {
            yield return ("hangs", (this with { Faults = Faults with { Hangs = Faults.Hangs - 1 } }).Put(i, silo with { IsHung = true }));
        }

        if (Faults.Deaths > 0)
        {
            yield return ("dies", (this with { Faults = Faults with { Deaths = Faults.Deaths - 1 } }).Die(i));
        }

        if (Faults.WrongDeaths > 0 && silo.IsMember)
        {
            yield return ("is declared dead while it lives", (this with { Faults = Faults with { WrongDeaths = Faults.WrongDeaths - 1 } }).Put(i, silo with { IsMember = false }));
        }

        if (Faults.HostStops > 0 && silo.AcceptsNew)
        {
            yield return ("begins to stop", (this with { Faults = Faults with { HostStops = Faults.HostStops - 1 } }).StopHost(i));
        }
        else if (!silo.AcceptsNew && silo.IsMember)
        {
            yield return ("leaves the cluster", Put(i, silo with { IsMember = false }));
        }
    }

    /// <summary>Silos and workers are well from here on, and nothing is asked for any more: how it goes on. Training does not come to its end.</summary>
    private JobWorld Complete()
    {
        JobWorld world = this with { HasWorkers = true };
        for (int i = 0; i < Silos.Length; i++)
        {
            JobSilo silo = world.Silos[i];
            world = silo is { IsUp: true, IsMember: true, AcceptsNew: true } ? world.Put(i, silo with { IsHung = false }) : world.Die(i).Put(i, new JobSilo(silo.Name + "'"));
        }

        for (int round = 0; round < 12 && (round == 0 || world.Unsettled() is not null); round++)
        {
            for (int i = 0; i < Silos.Length; i++)
            {
                // The supervisor asks about jobs that are active.
                world = world.Silos[i].Turn is null && JobTransitions.IsActive(world.Record.State) ? world.Begin(i, new OwningEvent.Ensure()) : world;
                for (int step = 0; step < 20 && world.Silos[i].Turn is not null; step++)
                {
                    world = world.Acts(i).Select(one => one.Next).FirstOrDefault(world);
                }
            }

            foreach (JobLoop loop in world.Loops)
            {
                world = world.LoopActs(loop).Where(act => act.Action != "finishes").Select(act => act.Next).FirstOrDefault(world);
            }
        }

        return world;
    }

    /// <summary>Whether the job has the loop that its state asks for, and no other.</summary>
    private string? Unsettled()
    {
        bool isSettled = Silos.All(silo => silo.Turn is null) && (Record.State == JobState.Running
            ? Loops is [{ IsStopping: false, IsListed: true } loop] && OwnerTransitions.Keeps(Record, loop.Epoch) && Record.Owner == loop.Silo
            : Record.State != JobState.Queued && Loops.IsEmpty);
        return isSettled ? null : $"all is well, and the job does not come to rest or to one loop: {Key}";
    }

    private JobWorld Begin(int i, OwningEvent turn) => Put(i, Silos[i] with { Turn = OwnerTransitions.Begin(turn), HasMoved = false });

    private JobWorld Hear(int i, OwningEvent answer)
    {
        JobSilo silo = Silos[i];
        OwningState turn = Rules.Next(silo.Name, silo.Turn!, answer);
        if (turn.Doing is not OwningEffect.End end)
        {
            return Put(i, silo with { Turn = turn });
        }

        JobWorld world = Put(i, silo with { Turn = null, HasMoved = false });
        return end.Refusal is not null && silo.HasMoved
            ? world with { Broken = "a command was refused and changed the job" }
            : end.After == AfterTurn.GoToOwner ? world.Begin(i, new OwningEvent.Deactivating()) : world;
    }

    /// <summary>A write of the row: whatever wrote it, some changes must never be.</summary>
    private JobWorld Write(ModelRow next, string by, JobLoop? loop = null)
    {
        JobRecord after = next.Record;
        bool isMoved = next.Transitions.Count > Row.Transitions.Count;
        string? broken = (by, Record.State, after.State) switch
        {
            _ when after.Epoch < Record.Epoch => "the epoch falls",
            _ when next.Transitions.Count > Row.Transitions.Count + 1 || (after.State != Record.State && !isMoved) => "a transition is missing",
            _ when after.CheckpointStep < Record.CheckpointStep => "the pointer goes back",
            _ when after.CheckpointStep != Record.CheckpointStep && loop?.Epoch != Record.Epoch => "the pointer was moved by a loop without the epoch",
            _ when after.ParametersHash != Record.ParametersHash && after.State != JobState.Succeeded => "the result of a job that has none",
            _ when !isMoved => null,
            _ when loop is not null && loop.Moves != Row.Transitions.Count => "a loop ends a job that was moved since the loop began",
            _ when loop is not null && (loop.Epoch != Record.Epoch || Record.State != JobState.Running || !JobTransitions.IsEnd(after.State)) => "a loop ends what is not its job",
            (_, JobState.Queued, JobState.Running) => null,
            _ when loop is null && !Enum.GetValues<JobCommand>().Any(command => JobTransitions.Next(Record.State, command) == after.State) => "a change that no command makes",
            _ => null,
        };
        return this with { Row = next, Broken = Broken ?? broken };
    }

    private JobWorld Put(int i, JobSilo silo) => this with { Silos = Silos.SetItem(i, silo) };

    private JobWorld Replace(JobLoop loop, JobLoop next) => this with { Loops = Loops.Replace(loop, next) };

    private JobWorld Die(int i)
    {
        JobSilo silo = Silos[i];
        return (this with { Loops = Loops.RemoveAll(loop => loop.Silo == silo.Name) })
            .Put(i, new JobSilo(silo.Name) { IsUp = false, IsMember = silo.IsMember });
    }

    private JobWorld StopHost(int i)
    {
        JobSilo silo = Silos[i];
        JobWorld world = Put(i, silo with { AcceptsNew = false });
        return Loops.Find(loop => loop.Silo == silo.Name && loop.IsListed) is { } here ? world.Replace(here, here with { IsStopping = true }) : world;
    }

    private JobSilo SiloOf(JobLoop loop) => Silos.First(silo => silo.Name == loop.Silo);

    private static string Seen(JobRecord row) => $"{row.State},{row.Epoch},{row.Owner},{row.WaitsFor},{row.CheckpointEpoch}/{row.CheckpointStep},{row.ParametersHash}";

    private string KeyOf(JobLoop loop) => $"{loop.Silo}{loop.Epoch}/{loop.Step}/{loop.Moves == Row.Transitions.Count}{loop.IsStopping}{loop.IsListed}";

    private static string KeyOf(JobSilo silo)
    {
        // What a turn has read counts in what it still decides by: state, epoch and owner.
        JobRecord? row = silo.Turn?.Row;
        string turn = silo.Turn is null ? "idle" : $"{silo.Turn.Turn} {silo.Turn.Doing} {row?.State},{row?.Epoch},{row?.Owner}";
        string read = silo.Read is { } old ? $"{old.State},{old.Epoch},{old.Owner}" : string.Empty;
        return $"{silo.Name}{silo.IsUp}{silo.IsHung}{silo.IsMember}{silo.AcceptsNew}{silo.StopsEpoch}{silo.HasMoved} {turn} {read}";
    }
}
