namespace S2M.Data.Manifests;

/// <summary>One file of a data set version.</summary>
/// <param name="Path">Its path inside the container, segments separated by <c>/</c>, such as <c>Greek/character07/0394_01.png</c>.</param>
/// <param name="Length">Its size in bytes.</param>
/// <param name="Sha256">SHA-256 of its bytes, 64 lower-case hexadecimal digits.</param>
public sealed record ManifestEntry(string Path, long Length, string Sha256);
