using System.ComponentModel.DataAnnotations;

namespace S2M.Coordinator.Hosting;

/// <summary>Where a coordinator keeps its files.</summary>
public sealed class StateOptions
{
    /// <summary>The name of its section in the configuration.</summary>
    public const string Section = "State";

    /// <summary>The folder of database, checkpoints, data sets and uploaded parameters; <c>.s2m/coordinator</c> by default.</summary>
    [Required]
    public string Folder { get; set; } = Path.Combine(".s2m", "coordinator");
}
