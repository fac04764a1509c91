using System.CommandLine;
using System.Text.Json.Nodes;
using S2M.Cli.Output;
using S2M.Protos.V1;
using Spectre.Console;

namespace S2M.Cli.Commands;

/// <summary>The commands that look at jobs: <c>job list</c>, <c>show</c>, <c>checkpoints</c>.</summary>
internal static class ShowCommands
{
    /// <summary>Makes <c>job list</c>.</summary>
    internal static Command List(Work work)
    {
        Option<string[]> state = JobOptions.State();
        Option<string[]> label = JobOptions.Label("Only jobs with this label; may be repeated.");
        return work.Command("list", "Lists the jobs of the namespace, newest first.", [state, label], async session =>
        {
            var request = new ListJobsRequest { States = { session.All(state).Select(word => Words.States[word]) }, Labels = { session.Of(label) } };
            var jobs = new List<Job>();
            await foreach (Job job in session.Client.Jobs.ListAsync(request, session.CancellationToken))
            {
                jobs.Add(job);
            }

            return session.Show(
                () => new JsonObject { ["jobs"] = new JsonArray([.. jobs.Select(JobJson.Of)]) },
                console => TextTable.Write(console, "no jobs", ["job", "state", "steps", "submitted", "reason"], jobs.Select(Row)));
        });
    }

    /// <summary>Makes <c>job show</c>.</summary>
    internal static Command Show(Work work)
    {
        Argument<string> job = JobOptions.Job();
        return work.Command("show", "Shows a job: its state, what it waits for, how far it came, what it went through.", [job], async session =>
        {
            GetJobResponse response = await session.Client.Jobs.GetAsync(session.Of(job), session.CancellationToken);
            return session.Show(
                () =>
                {
                    JsonObject json = JobJson.Of(response.Job);
                    json["transitions"] = MessageJson.Of(response.Transitions);
                    return json;
                },
                console =>
                {
                    Write(console, response.Job);
                    TextTable.Write(console, string.Empty, ["time", "from", "to", "actor", "reason"], response.Transitions.Select(Row));
                });
        });
    }

    /// <summary>Makes <c>job checkpoints</c>.</summary>
    internal static Command Checkpoints(Work work)
    {
        Argument<string> job = JobOptions.Job();
        return work.Command("checkpoints", "Lists a job's checkpoints, oldest first.", [job], async session =>
        {
            IReadOnlyList<Checkpoint> checkpoints = await session.Client.Jobs.CheckpointsAsync(session.Of(job), session.CancellationToken);
            return session.Show(
                () => new JsonObject { ["checkpoints"] = MessageJson.Of(checkpoints) },
                console => TextTable.Write(console, "no checkpoints", ["step", "time", "size", "kept as", "parameters"], checkpoints.Select(checkpoint => (string?[])[
                    $"{checkpoint.Step}", Times.Show(checkpoint.Time), Times.Bytes(checkpoint.Bytes), string.Join(", ", checkpoint.Uses.Select(Words.Of)), checkpoint.ParametersHash])));
        });
    }

    /// <summary>Writes what is known of a job.</summary>
    internal static void Write(IAnsiConsole console, Job job) => TextTable.Facts(
        console,
        ("job", job.JobId),
        ("state", $"{Words.Of(job.State)}{Since(job.Since)}"),
        ("reason", job.Reason),
        ("waits for", job.WaitsFor.Length > 0 ? $"{job.WaitsFor}{Since(job.WaitsSince)}" : null),
        ("mode", Words.Of(job.Mode)),
        ("steps", job.Mode == JobMode.Evaluate ? null : $"{job.Step} of {job.Steps}"),
        ("checkpoint", job.CheckpointStep >= 0 && job.Mode != JobMode.Evaluate ? $"step {job.CheckpointStep}" : null),
        ("workers", $"{job.Workers}"),
        ("data", job.DataVersion),
        ("starts from", job.StartFrom),
        ("schedule", job.Schedule),
        ("labels", string.Join(' ', job.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}"))),
        ("submitted", $"{Times.Show(job.SubmittedAt)} by {job.Actor} in {job.Namespace}"),
        ("started", Times.Show(job.StartedAt)),
        ("finished", Times.Show(job.FinishedAt)),
        ("epoch", $"{job.Epoch}"),
        ("contract", job.NumericContract),
        ("specification", job.SpecificationHash),
        ("trace", job.TraceId),
        ("parameters", job.ParametersHash));

    private static string?[] Row(Job job) =>
    [
        job.JobId,
        Words.Of(job.State),
        job.Mode == JobMode.Evaluate ? "evaluation" : $"{job.Step}/{job.Steps}",
        Times.Show(job.SubmittedAt),
        job.WaitsFor.Length > 0 ? $"waits for {job.WaitsFor}" : job.Reason,
    ];

    private static string?[] Row(JobTransition transition) =>
    [
        Times.Show(transition.Time),
        transition.From == JobState.Unspecified ? string.Empty : Words.Of(transition.From),
        Words.Of(transition.To),
        transition.Actor,
        transition.Reason,
    ];

    private static string Since(Google.Protobuf.WellKnownTypes.Timestamp? time) => Times.Show(time) is { } since ? $" since {since}" : string.Empty;
}
