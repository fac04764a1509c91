using System.Security.Cryptography;
using S2M.Data.Images;
using S2M.Data.Manifests;
using S2M.Protos.V1;
using S2M.Worker.Tests.Processes;

namespace S2M.Worker.Tests.Images;

/// <summary>A small data set in a folder, and its content as a coordinator serves it.</summary>
internal sealed class ServedContent
{
    internal const string Name = "letters";

    private readonly Manifest _manifest;

    /// <summary>Writes the images.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="shade">What makes one data set differ from another.</param>
    internal ServedContent(string folder, byte shade = 0)
    {
        foreach (string path in (string[])["a/1.png", "a/2.png", "b/1.png", "b/2.png"])
        {
            string file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);

            // No decoder looks at them: a version is its bytes.
            File.WriteAllBytes(file, [.. Enumerable.Range(0, 3000).Select(index => (byte)(index * path.Sum(letter => letter) + shade))]);
        }

        using ImageDataSet dataSet = DataSets.Open(Name, folder);
        _manifest = dataSet.Manifest;
        Folder = folder;
        Content = [.. _manifest.CanonicalBytes.ToArray(), .. _manifest.Entries.SelectMany(entry => File.ReadAllBytes(Path.Combine(folder, entry.Path)))];
    }

    internal string Folder { get; }

    internal byte[] Content { get; }

    internal string Sha256 => _manifest.Sha256;

    internal string Version => _manifest.Version(Name);

    internal int ManifestBytes => _manifest.CanonicalBytes.Length;

    internal void ServeAt(FakeCoordinator coordinator, string path = "")
    {
        coordinator.Content = [.. Content];
        coordinator.OnDataSet = version => new DataSet
        {
            Name = Name,
            Version = version,
            ManifestBytes = ManifestBytes,
            ContentBytes = Content.Length,
            Path = path,
        };
    }

    /// <summary>SHA-256 of an image by its place in the data set.</summary>
    internal string HashOf(int image) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(Folder, _manifest.Entries[image].Path))));
}
