using System.CommandLine;
using S2M.Model.Benchmarks.Heads;
using S2M.Model.Benchmarks.Mixtures;
using S2M.Model.Benchmarks.Parts;
using S2M.Model.Benchmarks.Steps;

var root = new RootCommand("Measures the worker's step and its parts, always as ratios within one run. Each command prints a table and writes its samples as JSON.")
{
    StepCommand.Create(),
    HeadCommand.Create(),
    MixtureCommand.Create(),
    PartCommands.Sampler(),
    PartCommands.Decode(),
    PartCommands.Averaging(),
};
ParseResult command = root.Parse(args);
int ended = await command.InvokeAsync();
return command.Errors.Count > 0 ? 2 : ended;
