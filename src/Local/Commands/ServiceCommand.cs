using System.CommandLine;
using S2M.Cli.Following;
using S2M.Cli.Output;
using S2M.Client;
using S2M.Local.Runs;
using S2M.Local.Service;
using Spectre.Console;

namespace S2M.Local.Commands;

/// <summary><c>quickstart</c> and <c>train</c> through the service.</summary>
/// <param name="options">Their options.</param>
/// <param name="fresh">Whether an earlier job of the folder is ended.</param>
internal sealed class ServiceCommand(RunOptions options, bool fresh)
{
    /// <summary>Runs the command.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="read">Gives the job and its data.</param>
    /// <param name="folder">Where results go.</param>
    /// <returns>The exit code.</returns>
    internal async Task<int> RunAsync(ParseResult result, Func<CommandJob> read, string folder)
    {
        using var interruption = new Interruption(Console.Error, "ending; the job keeps its last step");
        string farewell = "interrupted before the job was submitted: nothing is kept";
        return await Outcome.OfAsync(
            async () =>
            {
                CommandJob job = read();
                var service = new ServiceFolder(result.GetValue(options.State)!);
                await using LocalService running = await LocalService.StartOrJoinAsync(service, result.GetValue(options.Workers), "127.0.0.1:0", interruption.Token);
                var run = new ServiceRun(running, folder);
                try
                {
                    return Show(await run.RunAsync(job, result.GetValue(options.Resume), fresh, interruption.Token), run, folder, result.GetValue(options.Output));
                }
                catch (OperationCanceledException) when (run.JobId.Length > 0)
                {
                    farewell = running.IsOurs
                        ? $"interrupted. Kept: job {run.JobId} with its last step\n{RunCommand.GoOn(result, options)}"
                        : $"interrupted; job {run.JobId} goes on in the service. Watch it: s2m job watch {run.JobId}";
                    throw;
                }
                catch (S2MException) when (interruption.Token.IsCancellationRequested)
                {
                    throw new OperationCanceledException(interruption.Token);
                }
            },
            () => farewell,
            folder,
            Console.Error);
    }

    private static int Show(FollowedJob followed, ServiceRun run, string folder, string? output)
    {
        if (output == RunOptions.Json)
        {
            Console.WriteLine(MessageJson.Write(followed.Succeeded ? followed.Metrics! : followed.ToJson()));
        }
        else
        {
            FollowReport.Write(AnsiConsole.Console, followed);
            if (followed.Succeeded)
            {
                Console.WriteLine($"checkpoint   {run.Parameters}");
                Console.WriteLine($"metrics      {Path.GetFullPath(Path.Combine(folder, "metrics.json"))}");
                Console.WriteLine($"report       {Path.GetFullPath(Path.Combine(folder, "report.html"))}");
            }
        }

        return followed.Succeeded ? ExitCodes.Done : ExitCodes.Failed;
    }
}
