using System.ComponentModel.DataAnnotations;

namespace S2M.Coordinator.Dispatch;

/// <summary>How shares are leased to workers.</summary>
public sealed class DispatchOptions
{
    /// <summary>The name of its section in the configuration.</summary>
    public const string Section = "Dispatch";

    /// <summary>The lease of a job's first shares, while nothing is known of its speed and workers pull data; 10 min by default.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan FirstLease { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The shortest lease; 30 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan ShortestLease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A lease is so many times the time that is expected; 8 by default.</summary>
    [Range(1.5, 1000)]
    public double LeaseFactor { get; set; } = 8;

    /// <summary>Time between two looks at the directory; 0.5 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan Poll { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How many times workers may fail one share by an error of their own before the job fails, each time another one as long as there is one; 3 by default.</summary>
    [Range(1, 100)]
    public int FaultsPerShare { get; set; } = 3;

    /// <summary>Time without a word from a worker's connection after which it counts as cut; 4 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>A lease is late after so many times what its worker needs otherwise: an idle worker gets a copy of the share then; 1.5 by default.</summary>
    [Range(1.0, 1e9)]
    public double BackupFactor { get; set; } = 1.5;

    /// <summary>A lease is never late before this time, and a copy is sent only where it gains as much; 0.25 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan BackupFloor { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>One gradient share in so many is computed by a second worker before its step closes; 500 by default, 0 for none.</summary>
    [Range(0, int.MaxValue)]
    public int AuditEvery { get; set; } = 500;

    /// <summary>
    /// Arrays of at least so many bytes travel over connections of their own, to the same ports, instead of within calls; 8 MiB by default, 0 for none. Where nothing but HTTP/2
    /// gets through to the other side they travel within calls anyhow.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long TicketBytes { get; set; } = 8L << 20;

    /// <summary>
    /// Into how many shares a step is cut for each worker, so that slower ones get fewer; 4 by default, twice as many where one worker is more than twice as slow as another.
    /// Gradients above 8 MB are cut into one for each.
    /// </summary>
    [Range(1, 64)]
    public int SharesPerWorker { get; set; } = 4;
}
