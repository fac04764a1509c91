namespace S2M.Client.DataSets;

/// <summary>A data set version as it is sent: its manifest, then its files one after the other in the manifest's order.</summary>
public interface IDataSetContent
{
    /// <summary>The name that jobs will use.</summary>
    string Name { get; }

    /// <summary>SHA-256 of the manifest, 64 lower-case hexadecimal digits.</summary>
    string Sha256 { get; }

    /// <summary>Bytes of the manifest.</summary>
    long ManifestBytes { get; }

    /// <summary>Bytes of manifest and files together.</summary>
    long ContentBytes { get; }

    /// <summary>Opens the content to be read to its end.</summary>
    /// <param name="offset">The first byte, 0 to <see cref="ContentBytes"/>.</param>
    Stream OpenAt(long offset);
}
