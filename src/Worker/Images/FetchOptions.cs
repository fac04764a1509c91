namespace S2M.Worker.Images;

/// <summary>How data sets are brought and kept.</summary>
internal sealed record FetchOptions
{
    /// <summary>Where they are kept.</summary>
    internal required string Folder { get; init; }

    /// <summary>The most bytes that are kept; the least recently used go first. Default: 50 GiB.</summary>
    internal long MaximumBytes { get; init; } = 50L << 30;

    /// <summary>How often in a row a fetch may be cut without a byte between. Default: 5.</summary>
    internal int Attempts { get; init; } = 5;

    /// <summary>The pause before a fetch goes on, and before a look at whether another process is done. Default: 0.5 s.</summary>
    internal TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(0.5);
}
