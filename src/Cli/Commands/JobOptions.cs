using System.CommandLine;
using S2M.Cli.Output;

namespace S2M.Cli.Commands;

/// <summary>Arguments and options of commands about jobs; each command has its own.</summary>
internal static class JobOptions
{
    internal static Argument<string> Job() => new("JOB") { Description = "The job's identifier, or a beginning of it that only it has." };

    internal static Argument<string> File() => new("FILE") { Description = "The job file (YAML)." };

    internal static Option<string[]> Set()
        => GlobalOptions.Pairs("--set", "Overrides a field of the job, such as training.steps=100; may be repeated.", "PATH=VALUE");

    internal static Option<string[]> Label(string description) => GlobalOptions.Pairs("--label", description, "NAME=VALUE");

    internal static Option<bool> Follow(string description) => new("--follow") { Description = description };

    internal static Option<string> Reason() => new("--reason") { Description = "Why, for whoever looks at it later.", HelpName = "TEXT", DefaultValueFactory = _ => string.Empty };

    internal static Option<string[]> State()
    {
        var option = new Option<string[]>("--state") { Description = "Only jobs in this state; may be repeated.", HelpName = string.Join('|', Words.States.Keys) };
        option.AcceptOnlyFromAmong([.. Words.States.Keys]);
        return option;
    }
}
