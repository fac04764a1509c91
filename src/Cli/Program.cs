using System.CommandLine;
using System.CommandLine.Invocation;
using S2M.Cli;
using S2M.Cli.Commands;

// No response files: "@daily" is a text like any other.
ParseResult parsed = CommandTree.Create().Parse(args.Length == 0 ? ["--help"] : args, new ParserConfiguration { ResponseFileTokenReplacer = null });
if (parsed.Action is ParseErrorAction)
{
    return Misunderstanding.Explain(parsed, Console.Error);
}

using IDisposable? export = TraceExport.BeginIfWanted();

// Signals are the commands' own: they end with a message.
return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
