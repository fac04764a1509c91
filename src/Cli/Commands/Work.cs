using System.CommandLine;
using S2M.Client;

namespace S2M.Cli.Commands;

/// <summary>Makes commands that work with a server.</summary>
/// <param name="options">The options that every command has.</param>
internal sealed class Work(GlobalOptions options)
{
    /// <summary>Makes a command.</summary>
    /// <param name="name">Its word.</param>
    /// <param name="description">What it does.</param>
    /// <param name="symbols">Its arguments and options, in the order of the help text.</param>
    /// <param name="work">Gives the exit code.</param>
    internal Command Command(string name, string description, IEnumerable<Symbol> symbols, Func<Session, Task<int>> work)
    {
        var command = new Command(name, description);
        foreach (Symbol symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                command.Arguments.Add(argument);
            }
            else
            {
                command.Options.Add((Option)symbol);
            }
        }

        command.SetAction((result, _) => RunAsync(result, work));
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, Func<Session, Task<int>> work)
    {
        using var interruption = new Interruption();
        Session? session = null;
        return await Outcome.OfAsync(
            async () =>
            {
                ClientOptions server = options.Resolve(result);
                await using S2MClient client = S2MClient.Connect(server);
                session = new Session(result, client, options.IsJson(result), ServerWords(result), interruption.Token);
                return await work(session);
            },
            () => session?.Farewell ?? "interrupted",
            Console.Error);
    }

    // A token is not repeated: it would end up in logs.
    private string ServerWords(ParseResult result)
    {
        string server = result.GetValue(options.Server) is { } address ? $" --server {address}" : string.Empty;
        return result.GetValue(options.TokenFile) is { } file ? $"{server} --token-file {file}" : server;
    }
}
