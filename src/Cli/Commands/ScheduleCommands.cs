using System.CommandLine;
using System.Text.Json.Nodes;
using S2M.Cli.Output;
using S2M.Protos.V1;

namespace S2M.Cli.Commands;

/// <summary>The <c>schedule</c> commands.</summary>
internal static class ScheduleCommands
{
    /// <summary>Makes the command.</summary>
    internal static Command Create(Work work) => new("schedule", "Jobs that begin by the clock.")
    {
        New(work),
        List(work),
        ShowOne(work),
        Change(work, "pause", "No run begins by the clock until it is resumed.", (session, name) => session.Client.Schedules.PauseAsync(name, session.CancellationToken)),
        Change(work, "resume", "Takes a pause back.", (session, name) => session.Client.Schedules.ResumeAsync(name, session.CancellationToken)),
        Delete(work),
        RunNow(work),
    };

    private static Command New(Work work)
    {
        Argument<string> name = Name();
        var cron = new Option<string>("--cron") { Description = "Minute, hour, day of month, month, day of week, such as \"0 2 * * *\".", HelpName = "CRON", Required = true };
        var zone = new Option<string>("--time-zone") { Description = "The zone that --cron is meant in.", HelpName = "ZONE", DefaultValueFactory = _ => "UTC" };
        var job = new Option<string>("--job") { Description = "The job file (YAML).", HelpName = "FILE", Required = true };
        var from = new Option<string>("--from")
        {
            Description = "Where each run begins: with a fresh network, or with the newest run that succeeded.",
            HelpName = "latest|fresh",
            DefaultValueFactory = _ => "fresh",
        };
        from.AcceptOnlyFromAmong("latest", "fresh");
        var missed = new Option<string>("--missed")
        {
            Description = "What becomes of due times that passed while the server was down: one run at once, or none.",
            HelpName = "run-once|skip",
            DefaultValueFactory = _ => "run-once",
        };
        missed.AcceptOnlyFromAmong("run-once", "skip");
        Option<string[]> set = JobOptions.Set();
        Option<string[]> label = JobOptions.Label("A label of its jobs; may be repeated.");
        return work.Command("create", "Makes a schedule.", [name, cron, zone, job, from, missed, set, label], async session =>
        {
            var request = new CreateScheduleRequest
            {
                Name = session.Of(name),
                Cron = session.Of(cron),
                TimeZone = session.Of(zone),
                JobFile = CommandException.ReadText(session.Of(job)),
                Overrides = { session.All(set) },
                StartFrom = session.Of(from) == "latest" ? StartFrom.Latest : StartFrom.Fresh,
                MissedRuns = session.Of(missed) == "skip" ? MissedRuns.Skip : MissedRuns.RunOnce,
                Labels = { session.Of(label) },
            };
            return Show(session, await session.Client.Schedules.CreateAsync(request, session.CancellationToken));
        });
    }

    private static Command List(Work work) => work.Command("list", "Lists the schedules of the namespace.", [], async session =>
    {
        IReadOnlyList<Schedule> schedules = await session.Client.Schedules.ListAsync(session.CancellationToken);
        return session.Show(
            () => new JsonObject { ["schedules"] = MessageJson.Of(schedules) },
            console => TextTable.Write(console, "no schedules", ["schedule", "cron", "zone", "from", "next"], schedules.Select(schedule => (string?[])[
                schedule.Name, schedule.Cron, schedule.TimeZone, From(schedule), Next(schedule)])));
    });

    private static Command ShowOne(Work work)
    {
        Argument<string> name = Name();
        return work.Command("show", "Shows a schedule with its newest runs.", [name], async session =>
        {
            GetScheduleResponse response = await session.Client.Schedules.GetAsync(session.Of(name), session.CancellationToken);
            return session.Show(
                () =>
                {
                    JsonObject json = MessageJson.Of(response.Schedule);
                    json["runs"] = MessageJson.Of(response.Runs);
                    return json;
                },
                console =>
                {
                    TextTable.Facts(console, Facts(response.Schedule));
                    TextTable.Write(console, "no runs", ["due", "outcome", "job", "started from", "reason"], response.Runs.Select(run => (string?[])[
                        Times.Show(run.Due), Words.Of(run.Outcome), run.JobId, run.StartedFrom, run.Reason]));
                });
        });
    }

    private static Command Change(Work work, string word, string description, Func<Session, string, Task<Schedule>> change)
    {
        Argument<string> name = Name();
        return work.Command(word, description, [name], async session => Show(session, await change(session, session.Of(name))));
    }

    private static Command Delete(Work work)
    {
        Argument<string> name = Name();
        return work.Command("delete", "Removes a schedule; its jobs stay.", [name], async session =>
        {
            await session.Client.Schedules.DeleteAsync(session.Of(name), session.CancellationToken);
            return session.Show(() => new JsonObject { ["deleted"] = session.Of(name) }, _ => Console.WriteLine($"deleted      {session.Of(name)}"));
        });
    }

    private static Command RunNow(Work work)
    {
        Argument<string> name = Name();
        return work.Command("run-now", "Begins a run now, whatever the clock says.", [name], async session =>
        {
            ScheduleRun run = await session.Client.Schedules.RunAsync(session.Of(name), session.CancellationToken);
            session.Show(
                () => MessageJson.Of(run),
                console => TextTable.Facts(console, ("outcome", Words.Of(run.Outcome)), ("reason", run.Reason), ("job", run.JobId), ("started from", run.StartedFrom)));
            return run.Outcome == ScheduleOutcome.Refused ? ExitCodes.Failed : ExitCodes.Done;
        });
    }

    private static Argument<string> Name() => new("NAME") { Description = "The schedule's name." };

    private static int Show(Session session, Schedule schedule) => session.Show(() => MessageJson.Of(schedule), console => TextTable.Facts(console, Facts(schedule)));

    private static (string, string?)[] Facts(Schedule schedule) =>
    [
        ("schedule", schedule.Name),
        ("cron", $"{schedule.Cron} ({schedule.TimeZone})"),
        ("starts from", From(schedule)),
        ("missed runs", schedule.MissedRuns == MissedRuns.Skip ? "skip" : "run-once"),
        ("next", Next(schedule)),
        ("created", Times.Show(schedule.CreatedAt) is { } time ? $"{time} by {schedule.Actor}" : null),
    ];

    private static string From(Schedule schedule) => schedule.StartFrom == StartFrom.Latest ? "latest" : "fresh";

    private static string? Next(Schedule schedule) => schedule.Paused ? "paused" : Times.Show(schedule.NextDue);
}
