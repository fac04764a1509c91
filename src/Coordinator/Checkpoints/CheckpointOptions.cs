using System.ComponentModel.DataAnnotations;

namespace S2M.Coordinator.Checkpoints;

/// <summary>Where jobs' checkpoints are kept.</summary>
public sealed class CheckpointOptions
{
    /// <summary>The name of its section in the configuration.</summary>
    public const string Section = "Checkpoints";

    /// <summary>Files below the state folder.</summary>
    public const string Files = "files";

    /// <summary>A container of Azure blob storage.</summary>
    public const string Azure = "azure";

    /// <summary><c>files</c> (default) or <c>azure</c>.</summary>
    [AllowedValues(Files, Azure)]
    public string Store { get; set; } = Files;

    /// <summary>The connection string of the Azure storage account. It holds a secret: give it by the environment.</summary>
    public string ConnectionString { get; set; } = string.Empty;

    /// <summary>The container; <c>s2m-checkpoints</c> by default. Made where it is absent.</summary>
    [RegularExpression("[a-z0-9](-?[a-z0-9]){2,62}")]
    public string Container { get; set; } = "s2m-checkpoints";

    /// <summary>What blobs' names begin with, such as <c>team/experiment</c>; empty by default.</summary>
    [RegularExpression("([A-Za-z0-9._-]{1,63}(/[A-Za-z0-9._-]{1,63}){0,7})?")]
    public string Prefix { get; set; } = string.Empty;

    /// <summary>How long one request of at most 4 MiB may take before it is tried again, three times in all; 10 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
