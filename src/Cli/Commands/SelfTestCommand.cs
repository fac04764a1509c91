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
        var command = new Command(Name, "Checks this machine and the build of the service on it, by s2m-local: the tensor library, gradients, equal bits again. Needs no server.");
        command.SetAction((result, _) => Outcome.OfAsync(
            () => Task.FromResult(LocalProgram.Become(LocalProgram.Find(AppContext.BaseDirectory), Name, options.Output.Name, result.GetValue(options.Output)!)),
            () => "interrupted",
            Console.Error));
        return command;
    }
}
