using System.CommandLine;

namespace S2M.Cli.Commands;

/// <summary>All commands of <c>s2m</c>.</summary>
internal static class CommandTree
{
    /// <summary>Makes the root.</summary>
    internal static RootCommand Create()
    {
        var options = new GlobalOptions();
        var work = new Work(options);
        var root = new RootCommand($"Trains and evaluates Set2Model networks on an S2M server.\n{ExitCodes.Explained}")
        {
            JobCommands.Create(work),
            EvaluateCommand.Create(work),
            DataCommands.Create(work, options),
            ScheduleCommands.Create(work),
            WorkerCommands.Create(work),
            DoctorCommand.Create(work),
            SelfTestCommand.Create(options),
        };
        foreach (Option option in options.All)
        {
            root.Options.Add(option);
        }

        return root;
    }
}
