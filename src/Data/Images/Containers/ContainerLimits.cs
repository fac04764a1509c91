namespace S2M.Data.Images.Containers;

/// <summary>What a container of images may hold: beyond these it is refused before memory is spent on it.</summary>
public sealed record ContainerLimits
{
    /// <summary>The limits used when none are given.</summary>
    public static ContainerLimits Default { get; } = new();

    /// <summary>The most entries of a container, folders included. Default: 4,000,000.</summary>
    public int MaximumEntries { get; init; } = 4_000_000;

    /// <summary>The most bytes of one file, unpacked. Default: 32 MiB.</summary>
    public int MaximumFileBytes { get; init; } = 32 << 20;

    /// <summary>The most bytes of all files together, unpacked. Default: 1 TiB.</summary>
    public long MaximumTotalBytes { get; init; } = 1L << 40;

    /// <summary>The most bytes an archive's list of contents may take. Default: 512 MiB.</summary>
    public int MaximumDirectoryBytes { get; init; } = 512 << 20;

    /// <summary>
    /// The most unpacked bytes for one packed byte, for files above 64 KiB. Images are packed already; deflate itself ends at 1032.
    /// Default: 100.
    /// </summary>
    public int MaximumCompressionRatio { get; init; } = 100;

    /// <summary>The most pixels of one image, read from its header before it is decoded. Default: 24,000,000.</summary>
    public int MaximumPixels { get; init; } = 24_000_000;
}
