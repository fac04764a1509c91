using System.CommandLine;
using System.Globalization;

namespace S2M.Local.Commands;

/// <summary>Options of commands that run the service.</summary>
internal static class ServiceOptions
{
    /// <summary>The service's folder.</summary>
    internal static Option<string> State() => new("--state")
    {
        Description = "The service's folder: database, checkpoints, data sets, logs, token.",
        HelpName = "DIR",
        DefaultValueFactory = _ => ".s2m",
    };

    /// <summary>How many worker processes.</summary>
    internal static Option<int> Workers()
    {
        var option = new Option<int>("--workers")
        {
            Description = "Worker processes, one training thread each; the result does not depend on it.",
            HelpName = "N",
            DefaultValueFactory = _ => Environment.ProcessorCount,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: { } value }] && int.TryParse(value, CultureInfo.InvariantCulture, out int workers) && workers is < 1 or > 1024)
            {
                result.AddError($"--workers: expected 1 to 1024, got {workers}");
            }
        });
        return option;
    }
}
