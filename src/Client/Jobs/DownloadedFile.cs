namespace S2M.Client.Jobs;

/// <summary>A file of a job that was received whole.</summary>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Its SHA-256, 64 lower-case hexadecimal digits, as the server named it and as the bytes have it.</param>
public sealed record DownloadedFile(long Bytes, string Sha256);
