using System.CommandLine;
using System.Text.Json.Nodes;
using S2M.Cli.Output;
using S2M.Client;
using Spectre.Console;

namespace S2M.Cli.Commands;

/// <summary>What a command works with.</summary>
/// <param name="arguments">The command line.</param>
/// <param name="client">The server.</param>
/// <param name="isJson">Whether the result is to be JSON.</param>
/// <param name="serverWords">The options that name the server, to be repeated in advice; empty where they are not needed.</param>
/// <param name="cancellationToken">Ends the command.</param>
internal sealed class Session(ParseResult arguments, S2MClient client, bool isJson, string serverWords, CancellationToken cancellationToken)
{
    /// <summary>The server.</summary>
    internal S2MClient Client => client;

    /// <summary>Whether the result is to be JSON.</summary>
    internal bool IsJson => isJson;

    /// <summary>Ends the command.</summary>
    internal CancellationToken CancellationToken => cancellationToken;

    /// <summary>What is said when the command is interrupted.</summary>
    internal string Farewell { get; private set; } = "interrupted";

    /// <summary>Where people read.</summary>
    internal IAnsiConsole Console { get; } = AnsiConsole.Console;

    /// <summary>An argument that was given.</summary>
    internal T Of<T>(Argument<T> argument) => arguments.GetValue(argument)!;

    /// <summary>An option, or its default.</summary>
    internal T Of<T>(Option<T> option) => arguments.GetValue(option)!;

    /// <summary>The NAME=VALUE pairs of an option.</summary>
    internal Dictionary<string, string> Of(Option<string[]> option)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string[] sides in (arguments.GetValue(option) ?? []).Select(pair => pair.Split('=', 2)))
        {
            pairs[sides[0]] = sides[1];
        }

        return pairs;
    }

    /// <summary>What is given as often as one likes.</summary>
    internal string[] All(Option<string[]> option) => arguments.GetValue(option) ?? [];

    /// <summary>From here on a job runs that an interruption leaves alone.</summary>
    internal void Following(string jobId) => Farewell = $"interrupted; the job runs on. Go on watching: s2m job watch {jobId}{serverWords}";

    /// <summary>Gives the result: JSON, or what a person reads.</summary>
    /// <returns>The exit code of a command that did its work.</returns>
    internal int Show(Func<JsonNode> json, Action<IAnsiConsole> people)
    {
        if (isJson)
        {
            System.Console.Out.WriteLine(MessageJson.Write(json()));
        }
        else
        {
            people(Console);
        }

        return ExitCodes.Done;
    }
}
