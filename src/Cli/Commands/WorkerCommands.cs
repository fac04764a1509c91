using System.CommandLine;
using System.Text.Json.Nodes;
using S2M.Cli.Output;
using S2M.Client.Workers;
using S2M.Protos.V1;

namespace S2M.Cli.Commands;

/// <summary>The <c>worker</c> commands.</summary>
internal static class WorkerCommands
{
    /// <summary>Makes the command.</summary>
    internal static Command Create(Work work) => new("worker", "The machines that compute.")
    {
        List(work),
        Change(work, "cordon", "No new share goes to the worker until it is uncordoned.", static (workers, worker, reason, token) => workers.CordonAsync(worker, reason, token)),
        Uncordon(work),
        Change(work, "drain", "The worker finishes its share, leaves, and its process ends.", static (workers, worker, reason, token) => workers.DrainAsync(worker, reason, token)),
    };

    private static Command List(Work work)
    {
        var all = new Option<bool>("--all") { Description = "Also those that are gone." };
        return work.Command("list", "Lists the workers that the server knows.", [all], async session =>
        {
            IReadOnlyList<Worker> workers = await session.Client.Workers.ListAsync(session.Of(all), session.CancellationToken);
            return session.Show(
                () => new JsonObject { ["workers"] = MessageJson.Of(workers) },
                console => TextTable.Write(console, "no workers", ["worker", "state", "job", "shares", "device", "contract", "last heard"], workers.Select(worker => (string?[])[
                    worker.WorkerId,
                    $"{Words.Of(worker.State)}{(worker.Reason.Length > 0 ? $": {worker.Reason}" : string.Empty)}",
                    worker.JobId,
                    $"{worker.Shares}",
                    worker.Device,
                    worker.NumericContract,
                    Times.Show(worker.LastBeat)])));
        });
    }

    private static Command Change(Work work, string name, string description, Func<WorkersClient, string, string, CancellationToken, Task<Worker>> change)
    {
        Argument<string> worker = Name();
        Option<string> reason = JobOptions.Reason();
        return work.Command(name, description, [worker, reason], async session =>
            Show(session, await change(session.Client.Workers, session.Of(worker), session.Of(reason), session.CancellationToken)));
    }

    private static Command Uncordon(Work work)
    {
        Argument<string> worker = Name();
        return work.Command("uncordon", "Takes a cordon or a drain back.", [worker], async session =>
            Show(session, await session.Client.Workers.UncordonAsync(session.Of(worker), session.CancellationToken)));
    }

    private static Argument<string> Name() => new("WORKER") { Description = "The worker's name." };

    private static int Show(Session session, Worker worker)
        => session.Show(
            () => MessageJson.Of(worker),
            console => TextTable.Facts(console, ("worker", worker.WorkerId), ("state", Words.Of(worker.State)), ("reason", worker.Reason)));
}
