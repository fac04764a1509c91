using System.CommandLine;
using S2M.Mutation.Benchmarks.Commands;

var root = new RootCommand("Small changes of the mixture's fit and of the gradient through it, one at a time: which of them the self-test and the tests notice.")
{
    MutationCommands.List(),
    MutationCommands.SelfTest(),
    MutationCommands.Tests(),
    MutationCommands.Both(),
};
ParseResult command = root.Parse(args);
int ended = await command.InvokeAsync();
return command.Errors.Count > 0 ? 2 : ended;
