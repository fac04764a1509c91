using System.CommandLine;
using System.CommandLine.Parsing;
using S2M.Specification;

namespace S2M.Cli.Commands;

/// <summary>A command line that is none: says what is wrong, what may have been meant, and where to read on.</summary>
internal static class Misunderstanding
{
    private const int FarthestMeant = 3;

    /// <summary>Explains it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="errors">Where messages go.</param>
    /// <returns>The exit code.</returns>
    internal static int Explain(ParseResult parsed, TextWriter errors)
    {
        foreach (ParseError error in parsed.Errors)
        {
            errors.WriteLine($"error: {error.Message}");
        }

        Command command = parsed.CommandResult.Command;
        string[] known = [.. command.Subcommands.Select(sub => sub.Name), .. Options(parsed.CommandResult)];
        foreach (string word in parsed.UnmatchedTokens)
        {
            if (Meant(word, known) is { } meant)
            {
                errors.WriteLine($"did you mean '{meant}'?");
            }
        }

        IEnumerable<string> path = Path(parsed.CommandResult).Reverse();
        errors.WriteLine($"help: {string.Join(' ', path)} --help");
        return ExitCodes.Usage;
    }

    /// <summary>The known word that is nearest to what was written; null where none is near.</summary>
    internal static string? Meant(string word, IEnumerable<string> known)
    {
        string? nearest = known.MinBy(candidate => EditDistance.Between(word, candidate));
        return nearest is not null && EditDistance.Between(word, nearest) <= Math.Min(FarthestMeant, word.Length / 2) ? nearest : null;
    }

    private static IEnumerable<string> Options(CommandResult result)
        => result.Command.Options.Select(option => option.Name)
            .Concat(result.Parent is CommandResult parent ? Options(parent) : []);

    private static IEnumerable<string> Path(CommandResult result)
    {
        yield return result.Parent is CommandResult ? result.Command.Name : "s2m";
        if (result.Parent is CommandResult parent)
        {
            foreach (string name in Path(parent))
            {
                yield return name;
            }
        }
    }
}
