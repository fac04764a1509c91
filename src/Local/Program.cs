using System.CommandLine;
using System.CommandLine.Invocation;
using S2M.Local.Commands;

var root = new RootCommand($"S2M.Distributed on one machine: a service of a coordinator and workers that trains Set2Model networks.\n{ExitCodes.Explained}")
{
    RunCommand.Quickstart(),
    RunCommand.Train(),
    UpCommand.Create(),
    CompareCommand.Create(),
    SelfTestCommand.Create(),
    SchemaCommand.Create(),
};

ParseResult parsed = root.Parse(args.Length == 0 ? ["--help"] : args);
if (parsed.Action is ParseErrorAction)
{
    foreach (string message in parsed.Errors.Select(error => error.Message))
    {
        await Console.Error.WriteLineAsync($"error: {message}");
    }

    await Console.Error.WriteLineAsync($"help: s2m-local {(parsed.CommandResult.Command == root ? string.Empty : $"{parsed.CommandResult.Command.Name} ")}--help");
    return ExitCodes.Usage;
}

// Signals are the commands' own: they end with a checkpoint and a message.
return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
