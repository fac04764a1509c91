using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using S2M.Cli.Following;
using S2M.Cli.Output;
using S2M.Protos.V1;
using Spectre.Console;

namespace S2M.Cli.Commands;

/// <summary>The <c>job submit</c> command.</summary>
internal static class SubmitCommand
{
    /// <summary>Makes the command.</summary>
    internal static Command Create(Work work)
    {
        Argument<string> file = JobOptions.File();
        Option<bool> follow = JobOptions.Follow("Shows what happens until the job is at its end; Ctrl-C leaves it running.");
        var dryRun = new Option<bool>("--dry-run") { Description = "Prints the job with every default, its data, time and the workers that fit, and submits nothing." };
        Option<string[]> set = JobOptions.Set();
        Option<string[]> label = JobOptions.Label("A label of the job; may be repeated.");
        Option<string> startFrom = Text("--start-from", "Begins with the last checkpoint of a job, or with uploaded parameters.", "JOB|SHA256");
        Option<string> dataVersion = Text("--data-version", "Uses this version of the data set in place of the newest.", "NAME@SHA256");
        Option<string> requestId = Text("--request-id", "The same id gives the same job, however often it is submitted.", "UUID");
        return work.Command(
            "submit",
            "Queues the job of a file.",
            [file, follow, dryRun, set, label, startFrom, dataVersion, requestId],
            async session =>
            {
                string jobFile = CommandException.ReadText(session.Of(file));
                if (session.Of(dryRun))
                {
                    var check = new CheckJobRequest { JobFile = jobFile, Overrides = { session.All(set) } };
                    CheckJobResponse plan = await session.Client.Jobs.CheckAsync(check, session.CancellationToken);
                    return session.Show(() => PlanJson(plan), console => Write(console, plan));
                }

                Job job = await session.Client.Jobs.SubmitAsync(
                    new SubmitJobRequest
                    {
                        JobFile = jobFile,
                        Overrides = { session.All(set) },
                        Labels = { session.Of(label) },
                        StartFrom = session.Of(startFrom),
                        DataVersion = session.Of(dataVersion),
                        RequestId = session.Of(requestId),
                    },
                    session.CancellationToken);
                return session.Of(follow) ? await FollowReport.FollowAsync(session, job.JobId) : session.Show(() => JobJson.Of(job), console => ShowCommands.Write(console, job));
            });
    }

    private static Option<string> Text(string name, string description, string helpName)
        => new(name) { Description = description, HelpName = helpName, DefaultValueFactory = _ => string.Empty };

    private static JsonObject PlanJson(CheckJobResponse plan)
    {
        JsonObject json = MessageJson.Of(plan);
        json["specification"] = JsonNode.Parse(plan.Specification);
        return json;
    }

    /// <summary>The job file, and the rest as comments: the output can be submitted.</summary>
    private static void Write(IAnsiConsole console, CheckJobResponse plan)
    {
        TextWriter output = console.Profile.Out.Writer;
        output.WriteLine($"# every default written out; specification sha256 {plan.SpecificationHash}");
        output.WriteLine(plan.JobFile.TrimEnd());
        output.WriteLine($"# data        {plan.DataVersion}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"# episode     {plan.EpisodeImages} images, {Times.Bytes(plan.EpisodeBytes)} of pixels{Seconds(plan)}"));
        output.WriteLine(plan.TrainingSeconds > 0
            ? $"# time        about {Times.Show(TimeSpan.FromSeconds(plan.TrainingSeconds))} of training"
            : "# time        not known before a first run");
        foreach (WorkerFit worker in plan.Workers)
        {
            output.WriteLine($"# worker      {worker.WorkerId}: {(worker.Fits ? "fits" : "does not fit")}{(worker.Reason.Length > 0 ? $": {worker.Reason}" : string.Empty)}");
        }

        if (plan.Workers.Count == 0)
        {
            output.WriteLine("# worker      none is there: the job would wait for one");
        }
    }

    private static string Seconds(CheckJobResponse plan)
        => plan.EpisodeSeconds > 0 ? string.Create(CultureInfo.InvariantCulture, $"; {plan.EpisodeSeconds:F2} s on one worker, measured") : string.Empty;
}
