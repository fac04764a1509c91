using System.CommandLine;
using System.CommandLine.Invocation;
using S2M.Coordinator.Hosting;

ParseResult parsed = new CoordinatorCommand().Create().Parse(args);
if (parsed.Action is ParseErrorAction)
{
    foreach (string message in parsed.Errors.Select(error => error.Message))
    {
        await Console.Error.WriteLineAsync($"error: {message}");
    }

    return 2;
}

// Signals are the host's own: it ends its loops with checkpoints.
return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
