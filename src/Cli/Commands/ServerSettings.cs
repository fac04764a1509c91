using System.Text.Json;

namespace S2M.Cli.Commands;

/// <summary>Which server, and its token.</summary>
/// <param name="Address">Where it listens.</param>
/// <param name="Token">Its token; empty for none.</param>
internal sealed record ServerSettings(Uri Address, string Token)
{
    /// <summary>Names the server.</summary>
    internal const string ServerVariable = "S2M_SERVER";

    /// <summary>Holds the token.</summary>
    internal const string TokenVariable = "S2M_TOKEN";

    /// <summary>The server of a folder: <c>{"server": URL, "token_file": PATH}</c>; a path that is not absolute begins at the file's own folder.</summary>
    internal const string ServiceFile = ".s2m/service.json";

    /// <summary>Where a server listens if nothing else is said.</summary>
    internal const string DefaultServer = "http://127.0.0.1:5300";

    /// <summary>Finds out. What stands first wins: the command line, the environment, the folder's service file, the default.</summary>
    /// <param name="server">From the command line; null for none.</param>
    /// <param name="token">From the command line; null for none.</param>
    /// <param name="tokenFile">From the command line; null for none.</param>
    /// <param name="environment">Variables by name.</param>
    /// <param name="folder">The current folder.</param>
    /// <exception cref="CommandException">The address or a file cannot be used.</exception>
    internal static ServerSettings Resolve(string? server, string? token, string? tokenFile, Func<string, string?> environment, string folder)
    {
        server = Given(server) ?? Given(environment(ServerVariable));
        token = Given(token) ?? (tokenFile is null ? Given(environment(TokenVariable)) : ReadToken(tokenFile));
        string path = Path.Combine(folder, ServiceFile);

        // The file's token belongs to the file's server: it is sent to no other.
        if (server is null && File.Exists(path))
        {
            (server, string? ownToken) = ReadService(path);
            token ??= ownToken;
        }

        server ??= DefaultServer;
        return Uri.TryCreate(server, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
            ? new ServerSettings(address, token ?? string.Empty)
            : throw new CommandException(ExitCodes.Usage, $"server: expected http://HOST:PORT or https://HOST:PORT, got '{server}'; correct it");
    }

    private static (string? Server, string? Token) ReadService(string path)
    {
        try
        {
            using JsonDocument service = JsonDocument.Parse(CommandException.ReadText(path));
            string? server = service.RootElement.TryGetProperty("server", out JsonElement address) ? address.GetString() : null;
            string? tokenFile = service.RootElement.TryGetProperty("token_file", out JsonElement file) ? file.GetString() : null;
            return (server, tokenFile is null ? null : ReadToken(Path.Combine(Path.GetDirectoryName(path)!, tokenFile)));
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            throw new CommandException(ExitCodes.Usage, $"file '{path}': expected {{\"server\": URL, \"token_file\": PATH}}, got: {problem.Message}; correct or remove it");
        }
    }

    private static string ReadToken(string path) => CommandException.ReadText(path).Trim();

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
