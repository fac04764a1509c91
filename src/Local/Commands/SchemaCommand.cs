using System.CommandLine;
using S2M.Specification;

namespace S2M.Local.Commands;

/// <summary>The <c>schema</c> command.</summary>
internal static class SchemaCommand
{
    /// <summary>Makes the command.</summary>
    internal static Command Create()
    {
        var command = new Command("schema", "Prints the JSON Schema of job files, for editors.");
        command.SetAction(static _ =>
        {
            Console.WriteLine(JobSchema.Write());
            return ExitCodes.Done;
        });
        return command;
    }
}
