namespace S2M.Coordinator.DataSets;

/// <summary>What a whole content is.</summary>
/// <param name="ManifestBytes">Bytes of the manifest.</param>
/// <param name="ContentBytes">Bytes of manifest and files together.</param>
/// <param name="Images">How many images.</param>
/// <param name="Classes">How many classes.</param>
internal sealed record ContentSummary(long ManifestBytes, long ContentBytes, int Images, int Classes);
