using S2M.Data.Images;
using S2M.Data.Manifests;

namespace S2M.Worker.Images;

/// <summary>A data set's content, one run of bytes: the manifest, then the files in the manifest's order.</summary>
internal static class ContentFile
{
    /// <summary>Opens a content as a data set.</summary>
    /// <param name="name">The name that jobs use.</param>
    /// <param name="path">The content, whole and checked.</param>
    /// <param name="manifestBytes">Bytes of the manifest.</param>
    /// <exception cref="Data.DataException">It cannot be used.</exception>
    internal static IDataSet Open(string name, string path, long manifestBytes)
    {
        // The one place that knows how a content becomes a data set: unpacked once into a folder beside it.
        string folder = $"{path}.files";
        if (!Directory.Exists(folder))
        {
            Unpack(path, manifestBytes, $"{folder}.{Environment.ProcessId}", folder);
        }

        return DataSets.Open(name, folder);
    }

    private static void Unpack(string path, long manifestBytes, string aside, string folder)
    {
        using FileStream content = File.OpenRead(path);
        byte[] text = new byte[manifestBytes];
        content.ReadExactly(text);
        foreach (ManifestEntry entry in Manifest.Parse(text).Entries)
        {
            string file = Path.Combine(aside, entry.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            byte[] bytes = new byte[entry.Length];
            content.ReadExactly(bytes);
            File.WriteAllBytes(file, bytes);
        }

        Directory.Move(aside, folder);
    }
}
