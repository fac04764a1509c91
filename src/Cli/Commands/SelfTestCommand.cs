using System.CommandLine;
using S2M.Cli.Diagnosis;

namespace S2M.Cli.Commands;

/// <summary>The <c>selftest</c> command.</summary>
internal static class SelfTestCommand
{
    private const string Name = "selftest";

    /// <summary>Makes the command.</summary>
    internal static Command Create(GlobalOptions options)
    {
        var only = new Option<string?>("--only") { Description = "Runs one kind of checks, those whose names begin so; s2m-local selftest --help lists them.", HelpName = "KIND" };
        var command = new Command(
            Name, "Checks this machine and the build of the service on it, by s2m-local: the tensor library, gradients, equal bits again. Needs no server.") { only };
        command.SetAction((result, _) => Outcome.OfAsync(
            () => Task.FromResult(LocalProgram.Become(LocalProgram.Find(AppContext.BaseDirectory), [Name, options.Output.Name, result.GetValue(options.Output)!, .. Chosen(result.GetValue(only))])),
            () => "interrupted",
            Console.Error));
        return command;

        string[] Chosen(string? kind) => kind is null ? [] : [only.Name, kind];
    }
}
