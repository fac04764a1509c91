using System.CommandLine;
using S2M.Coordinator;
using S2M.Local.Service;

namespace S2M.Local.Commands;

/// <summary>The <c>up</c> command.</summary>
internal static class UpCommand
{
    /// <summary>Makes the command.</summary>
    internal static Command Create()
    {
        Option<string> state = ServiceOptions.State();
        Option<int> workers = ServiceOptions.Workers();
        var listen = new Option<string>("--listen")
        {
            Description = "Where the coordinator listens; port 0 takes a free one.",
            HelpName = "HOST:PORT",
            DefaultValueFactory = _ => "127.0.0.1:0",
        };
        var command = new Command(
            "up", "Runs the service on this machine until Ctrl-C: a coordinator and worker processes, with all state in one folder. The s2m command finds it by itself.")
        {
            state, workers, listen,
        };
        command.SetAction((result, _) => RunAsync(result.GetValue(state)!, result.GetValue(workers), result.GetValue(listen)!));
        return command;
    }

    private static async Task<int> RunAsync(string state, int workers, string listen)
    {
        using var interruption = new Interruption(Console.Error, "ending the service; every job keeps its last step");
        return await Outcome.OfAsync(() => ServeAsync(state, workers, listen, interruption.Token), () => "ended; the same command goes on with every job", state, Console.Error);
    }

    private static async Task<int> ServeAsync(string state, int workers, string listen, CancellationToken cancellationToken)
    {
        var folder = new ServiceFolder(state);
        await using (LocalService? running = await LocalService.JoinAsync(folder, cancellationToken))
        {
            if (running is not null)
            {
                throw new CoordinatorException(
                    $"folder '{folder.Location}': expected no service that runs there, got one at {running.Client.Options.Address}; use it, or choose another --state");
            }
        }

        await using LocalService service = await LocalService.StartAsync(folder, workers, listen, cancellationToken);
        Console.WriteLine($"listening on {service.Client.Options.Address.ToString().TrimEnd('/')}");
        await Console.Error.WriteLineAsync($"workers {workers}, state {folder.Location}, token {folder.TokenFile}, logs {folder.Logs}");
        await Console.Error.WriteLineAsync("submit: s2m job submit FILE --follow; Ctrl-C ends the service");
        string lost = await service.LostAsync().WaitAsync(cancellationToken);
        throw new CoordinatorException(lost);
    }
}
