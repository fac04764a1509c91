using System.ComponentModel.DataAnnotations;

namespace S2M.Coordinator.Workers;

/// <summary>How long workers and jobs may be silent.</summary>
public sealed class WorkerDirectoryOptions
{
    /// <summary>The name of its section in the configuration.</summary>
    public const string Section = "WorkerDirectory";

    /// <summary>Time between a worker's beats; 1 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan Beat { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Without a beat for so long a worker is gone; 5 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A job that does not ask for so long gives its workers back; 10 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan LoanLease { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long workers that are gone stay in lists; 1 h by default.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan Remembered { get; set; } = TimeSpan.FromHours(1);
}
