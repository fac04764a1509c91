namespace S2M.Coordinator.DataSets;

/// <summary>A registered data set version.</summary>
/// <param name="Name">The name that jobs use.</param>
/// <param name="Sha256">SHA-256 of its manifest.</param>
/// <param name="ManifestBytes">Bytes of the manifest.</param>
/// <param name="ContentBytes">Bytes of manifest and files together.</param>
/// <param name="Images">How many images.</param>
/// <param name="Classes">How many classes.</param>
/// <param name="Path">Where it lies on coordinator and workers alike; empty for one whose content is in the store.</param>
/// <param name="Actor">Who registered it.</param>
/// <param name="RegisteredAt">When.</param>
public sealed record DataSetRecord(
    string Name, string Sha256, long ManifestBytes, long ContentBytes, int Images, int Classes, string Path, string Actor, DateTimeOffset RegisteredAt)
{
    /// <summary><c>name@sha256</c>.</summary>
    public string Version => $"{Name}@{Sha256}";
}
