using System.ComponentModel.DataAnnotations;

namespace S2M.Coordinator.DataSets;

/// <summary>What may be uploaded, and how long what is unfinished stays.</summary>
public sealed class DataSetOptions
{
    /// <summary>The name of its section in the configuration.</summary>
    public const string Section = "DataSets";

    /// <summary>The most bytes of one version's content; 64 GiB by default.</summary>
    [Range(1L, 1L << 40)]
    public long MaximumContentBytes { get; set; } = 64L << 30;

    /// <summary>How long an upload that nobody goes on with is kept; it is removed at the next start. 7 days by default.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "365.00:00:00")]
    public TimeSpan UnfinishedLifetime { get; set; } = TimeSpan.FromDays(7);
}
