using System.CommandLine;
using S2M.Local.Commands;

var root = new RootCommand("S2M.Distributed on one machine: trains Set2Model networks in this process.")
{
    RunCommand.Quickstart(),
    RunCommand.Train(),
};

// Ctrl-C cancels; the step in progress ends and its checkpoint is written before the process does.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });
