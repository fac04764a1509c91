using System.CommandLine;
using System.CommandLine.Parsing;

namespace S2M.Worker.Hosting;

/// <summary>Data sets as a command line binds them: <c>--data NAME=PATH</c>, each name once.</summary>
internal static class DataBindings
{
    /// <summary>Makes the option.</summary>
    /// <param name="description">What it is for.</param>
    internal static Option<string[]> Option(string description)
    {
        var option = new Option<string[]>("--data") { Description = description, HelpName = "NAME=PATH" };
        option.Validators.Add(Check);
        return option;
    }

    /// <summary>The paths by name.</summary>
    /// <param name="result">A command line without errors.</param>
    /// <param name="option">The option.</param>
    internal static Dictionary<string, string> Read(ParseResult result, Option<string[]> option)
        => (result.GetValue(option) ?? []).Select(binding => binding.Split('=', 2)).ToDictionary(sides => sides[0], sides => sides[1], StringComparer.Ordinal);

    private static void Check(OptionResult result)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (string binding in result.Tokens.Select(token => token.Value))
        {
            string[] sides = binding.Split('=', 2);
            if (sides.Length != 2 || sides[0].Length == 0 || sides[1].Length == 0)
            {
                result.AddError($"--data {binding}: expected NAME=PATH, such as --data omniglot=../omniglot");
            }

            if (!names.Add(sides[0]))
            {
                result.AddError($"--data {binding}: expected each data set once, got '{sides[0]}' again");
            }
        }
    }
}
