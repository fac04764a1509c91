using System.Security.Cryptography;
using System.Text.Json;
using S2M.Coordinator;

namespace S2M.Local.Service;

/// <summary>The folder of a service on this machine: its state, its logs, the token that every call needs, and <c>service.json</c>, which tells clients where it listens.</summary>
internal sealed class ServiceFolder
{
    private const int TokenBytes = 32;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Names the folder and makes it.</summary>
    /// <param name="path">Its path.</param>
    /// <exception cref="CoordinatorException">It cannot be written.</exception>
    internal ServiceFolder(string path)
    {
        Location = Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(Logs);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CoordinatorException($"folder '{Location}': expected one that can be written, got: {problem.Message}; choose another --state", problem);
        }
    }

    /// <summary>Its full path.</summary>
    internal string Location { get; }

    /// <summary>Database, checkpoints, data sets.</summary>
    internal string State => Path.Combine(Location, "coordinator");

    /// <summary>What the processes say.</summary>
    internal string Logs => Path.Combine(Location, "logs");

    /// <summary>The file of the token.</summary>
    internal string TokenFile => Path.Combine(Location, "token");

    private string ServiceFile => Path.Combine(Location, "service.json");

    /// <summary>The token; made at the first call, for the owner's eyes only.</summary>
    internal string Token()
    {
        if (!File.Exists(TokenFile))
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OwnerOnly;
            }

            using var file = new StreamWriter(TokenFile, options);
#pragma warning disable RS0030 // A secret must not follow from a seed.
            file.WriteLine(RandomNumberGenerator.GetHexString(2 * TokenBytes, lowercase: true));
#pragma warning restore RS0030
        }

        return File.ReadAllText(TokenFile).Trim();
    }

    /// <summary>Tells clients where the service listens; what was said before is replaced as a whole.</summary>
    internal void Announce(string address)
    {
        string unfinished = ServiceFile + ".tmp";
        File.WriteAllText(unfinished, JsonSerializer.Serialize(new Dictionary<string, string>(StringComparer.Ordinal) { ["server"] = address, ["token_file"] = "token" }));
        File.Move(unfinished, ServiceFile, overwrite: true);
    }

    /// <summary>Tells clients that it does not listen any more.</summary>
    internal void Withdraw() => File.Delete(ServiceFile);

    /// <summary>Where a service of this folder said that it listens, or null; whether it still does is another question.</summary>
    internal string? Announced()
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllText(ServiceFile)).RootElement.GetProperty("server").GetString();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
