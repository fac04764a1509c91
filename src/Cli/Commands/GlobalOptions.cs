using System.CommandLine;
using System.CommandLine.Parsing;
using S2M.Client;

namespace S2M.Cli.Commands;

/// <summary>The options that every command has.</summary>
internal sealed class GlobalOptions
{
    private const string Json = "json";

    internal Option<string?> Server { get; } = new("--server")
    {
        Description = $"Where the server listens; default: {ServerSettings.ServerVariable}, then {ServerSettings.ServiceFile}, then {ServerSettings.DefaultServer}.",
        HelpName = "URL",
        Recursive = true,
    };

    internal Option<string?> Token { get; } = new("--token")
    {
        Description = $"The server's bearer token; default: --token-file, then {ServerSettings.TokenVariable}. Others can see it in the list of processes: prefer the file.",
        HelpName = "TOKEN",
        Recursive = true,
    };

    internal Option<string?> TokenFile { get; } = new("--token-file") { Description = "A file that holds the token.", HelpName = "FILE", Recursive = true };

    internal Option<string> Output { get; } = Make("--output", "How the result is written.", "table|json", "table");

    internal Option<string> Namespace { get; } = Make("--namespace", "The namespace of jobs and schedules.", "NAME", "default");

    internal Option<string> Actor { get; } = Make("--actor", "Who asks, for the record.", "NAME", "local");

    internal IEnumerable<Option> All => [Server, Token, TokenFile, Output, Namespace, Actor];

    /// <summary>Makes the options.</summary>
    internal GlobalOptions() => Output.AcceptOnlyFromAmong("table", Json);

    /// <summary>Whether the result is to be JSON.</summary>
    internal bool IsJson(ParseResult result) => result.GetValue(Output) == Json;

    /// <summary>How to reach the server.</summary>
    /// <exception cref="CommandException">The address or a file cannot be used.</exception>
    internal ClientOptions Resolve(ParseResult result)
    {
        ServerSettings settings = ServerSettings.Resolve(
            result.GetValue(Server), result.GetValue(Token), result.GetValue(TokenFile), Environment.GetEnvironmentVariable, Environment.CurrentDirectory);
        return new ClientOptions { Address = settings.Address, Token = settings.Token, Namespace = result.GetValue(Namespace)!, Actor = result.GetValue(Actor)! };
    }

    /// <summary>The options of a command that have the form NAME=VALUE, each name once.</summary>
    internal static Option<string[]> Pairs(string name, string description, string helpName)
    {
        var option = new Option<string[]>(name) { Description = description, HelpName = helpName };
        option.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1))
            {
                result.AddError($"{name} {token.Value}: expected {helpName}");
            }
        });
        return option;
    }

    private static Option<string> Make(string name, string description, string helpName, string value)
        => new(name) { Description = description, HelpName = helpName, Recursive = true, DefaultValueFactory = _ => value };
}
