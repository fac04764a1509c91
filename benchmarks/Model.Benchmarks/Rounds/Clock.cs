namespace S2M.Model.Benchmarks.Rounds;

/// <summary>Which time is measured.</summary>
internal enum ClockKind
{
    /// <summary>What passes: right on an idle machine.</summary>
    Wall,

    /// <summary>What the process computes, system calls included: leaves out the time in which others had its core, though not what they do to caches.</summary>
    Cpu,
}

/// <summary>Measures intervals.</summary>
/// <param name="kind">Which time.</param>
/// <param name="time">The wall clock.</param>
internal sealed class Clock(ClockKind kind, TimeProvider time)
{
    private readonly long _begun = time.GetTimestamp();

    /// <summary>Which time.</summary>
    internal ClockKind Kind => kind;

    /// <summary>The wall clock, for dates.</summary>
    internal TimeProvider Time => time;

    /// <summary>The time so far; only differences mean something.</summary>
    internal TimeSpan Now() => kind == ClockKind.Wall ? time.GetElapsedTime(_begun) : Environment.CpuUsage.TotalTime;
}
