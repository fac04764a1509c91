using System.CommandLine;
using System.CommandLine.Invocation;
using S2M.Worker.Hosting;

ParseResult parsed = WorkerCommand.Create().Parse(args);
if (parsed.Action is ParseErrorAction)
{
    foreach (string message in parsed.Errors.Select(error => error.Message))
    {
        await Console.Error.WriteLineAsync($"error: {message}");
    }

    await Console.Error.WriteLineAsync("help: S2M.Worker --help");
    return ExitCodes.Usage;
}

// Signals are the worker's own: it finishes its share, leaves and ends.
return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
