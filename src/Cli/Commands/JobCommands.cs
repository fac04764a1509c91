using System.CommandLine;
using System.Text.Json.Nodes;
using S2M.Cli.Following;
using S2M.Cli.Output;
using S2M.Client.Jobs;
using S2M.Protos.V1;

namespace S2M.Cli.Commands;

/// <summary>The <c>job</c> commands.</summary>
internal static class JobCommands
{
    private const string Parameters = "parameters.safetensors";

    /// <summary>Makes the command.</summary>
    internal static Command Create(Work work) => new("job", "Training and evaluation jobs.")
    {
        SubmitCommand.Create(work),
        ShowCommands.List(work),
        ShowCommands.Show(work),
        Watch(work),
        Logs(work),
        Change(work, "pause", "Stops a job with a checkpoint; it goes on when it is resumed.", static (jobs, job, reason, token) => jobs.PauseAsync(job, reason, token)),
        Resume(work),
        Change(work, "cancel", "Ends a job for good; its checkpoints stay.", static (jobs, job, reason, token) => jobs.CancelAsync(job, reason, token)),
        ShowCommands.Checkpoints(work),
        Download(work),
    };

    private static Command Watch(Work work)
    {
        Argument<string> job = JobOptions.Job();
        return work.Command(
            "watch", "Shows what happened and happens to a job until its end; Ctrl-C leaves it running.", [job], session => FollowReport.FollowAsync(session, session.Of(job)));
    }

    private static Command Logs(Work work)
    {
        Argument<string> job = JobOptions.Job();
        Option<bool> follow = JobOptions.Follow("Goes on until the job is at its end.");
        return work.Command("logs", "Prints the lines of a job's log.", [job, follow], async session =>
        {
            var lines = new JsonArray();
            IAsyncEnumerable<LogLine> read = session.Client.Jobs.ReadLogsAsync(
                session.Of(job), afterOffset: 0, session.Of(follow), _ => Console.Error.WriteLine("reconnecting..."), session.CancellationToken);
            await foreach (LogLine line in read)
            {
                if (session.IsJson)
                {
                    lines.Add(MessageJson.Of(line));
                }
                else
                {
                    Console.WriteLine($"{Times.Show(line.Time)}  {Words.Of(line.Level),-7}  step {line.Step}: {line.Message}");
                }
            }

            return session.Show(() => new JsonObject { ["lines"] = lines }, static _ => { });
        });
    }

    private static Command Change(Work work, string name, string description, Func<JobsClient, string, string, CancellationToken, Task<Job>> change)
    {
        Argument<string> job = JobOptions.Job();
        Option<string> reason = JobOptions.Reason();
        return work.Command(name, description, [job, reason], async session =>
            Show(session, await change(session.Client.Jobs, session.Of(job), session.Of(reason), session.CancellationToken)));
    }

    private static Command Resume(Work work)
    {
        Argument<string> job = JobOptions.Job();
        return work.Command("resume", "Lets a paused, stopped or failed job go on from its last checkpoint.", [job], async session =>
            Show(session, await session.Client.Jobs.ResumeAsync(session.Of(job), session.CancellationToken)));
    }

    private static Command Download(Work work)
    {
        Argument<string> job = JobOptions.Job();
        var step = new Option<int>("--step") { Description = "The checkpoint's step; the newest by default.", HelpName = "N", DefaultValueFactory = _ => -1 };
        var file = new Option<string[]>("--file")
        {
            Description = $"{Parameters} (default), optimizer.safetensors, manifest.json, metrics.json or report.html; may be repeated.",
            HelpName = "NAME",
            DefaultValueFactory = _ => [Parameters],
        };
        file.AcceptOnlyFromAmong(Parameters, "optimizer.safetensors", "manifest.json", "metrics.json", "report.html");
        var to = new Option<string>("--to") { Description = "The folder; the current one by default.", HelpName = "DIR", DefaultValueFactory = _ => "." };
        return work.Command("download", "Downloads files of a job; goes on where an earlier download was cut.", [job, step, file, to], async session =>
        {
            var files = new List<(string Path, DownloadedFile Received)>();
            StatusLine line = StatusLine.OfErrors(TimeProvider.System);
            foreach (string name in session.All(file).Distinct(StringComparer.Ordinal))
            {
                string path = Path.GetFullPath(Path.Combine(session.Of(to), name));
                files.Add((path, await session.Client.Jobs.DownloadAsync(session.Of(job), name, path, session.Of(step), new TransferView(name, line), session.CancellationToken)));
                line.Close();
            }

            return session.Show(
                () => new JsonObject
                {
                    ["files"] = new JsonArray([.. files.Select(found => new JsonObject
                    {
                        ["path"] = found.Path,
                        ["bytes"] = found.Received.Bytes,
                        ["sha256"] = found.Received.Sha256,
                    })]),
                },
                _ => files.ForEach(found => Console.WriteLine($"{found.Received.Sha256}  {found.Path}")));
        });
    }

    private static int Show(Session session, Job job) => session.Show(() => JobJson.Of(job), console => ShowCommands.Write(console, job));
}
