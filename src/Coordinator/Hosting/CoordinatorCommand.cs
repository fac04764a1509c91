using System.CommandLine;
using System.Globalization;
using System.Net;
using S2M.Coordinator.Storage;

namespace S2M.Coordinator.Hosting;

/// <summary>The command line of the coordinator.</summary>
internal sealed class CoordinatorCommand
{
    private const int Failed = 1;

    // What a header can carry, and workers and clients accept.
    private const int LongestToken = 4096;
    private const string TokenVariable = "S2M_TOKEN";

    private readonly Option<string> _listen = new("--listen")
    {
        Description = "Where the services listen; port 0 takes a free one, which the line 'listening on ...' names.",
        HelpName = "HOST:PORT",
        DefaultValueFactory = _ => "127.0.0.1:5300",
    };

    private readonly Option<string?> _advertise = new("--advertise") { Description = "Where workers reach this process, when that is not where it listens.", HelpName = "URL" };
    private readonly Option<string> _state = new("--state")
    {
        Description = "The folder of database, checkpoints and data sets.",
        HelpName = "DIR",
        DefaultValueFactory = _ => Path.Combine(".s2m", "coordinator"),
    };

    private readonly Option<string?> _tokenFile = new("--token-file")
    {
        Description = "A file with the token that every call must carry; the variable S2M_TOKEN otherwise.",
        HelpName = "FILE",
    };

    private readonly Option<string> _storage = new("--storage")
    {
        Description = "Where rows are kept. PostgreSQL's connection string is in the variable S2M_Storage__ConnectionString.",
        HelpName = "sqlite|postgresql",
        DefaultValueFactory = _ => "sqlite",
    };

    private readonly Option<int?> _metricsPort = new("--metrics-port") { Description = "Serves /metrics (Prometheus) and /healthz over HTTP/1.1 on this port.", HelpName = "PORT" };
    private readonly Option<bool> _watchInput = new("--watch-stdin") { Description = "Ends when the standard input does: for a parent process that may be killed." };

    /// <summary>Makes the command.</summary>
    internal RootCommand Create()
    {
        _storage.AcceptOnlyFromAmong("sqlite", "postgresql");
        _listen.Validators.Add(result =>
        {
            if (!IPEndPoint.TryParse(result.GetValueOrDefault<string>() ?? string.Empty, out IPEndPoint? endpoint) || endpoint.ToString() != result.GetValueOrDefault<string>())
            {
                result.AddError($"--listen: expected an address and a port such as 127.0.0.1:5300, got '{result.GetValueOrDefault<string>()}'");
            }
        });
        _metricsPort.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: { } text }] && int.TryParse(text, CultureInfo.InvariantCulture, out int port) && port is < 1 or > 65535)
            {
                result.AddError($"--metrics-port: expected 1 to 65535, got {port}");
            }
        });
        var command = new RootCommand(
            "The coordinator of S2M.Distributed: takes jobs, trains them on workers that register here, and keeps everything. "
            + "Every option of its parts can be set by a variable such as S2M_Dispatch__ShortestLease=00:00:10. "
            + "Exit codes: 0 ended on a signal, 1 could not start or go on, 2 usage.")
        {
            _listen, _advertise, _state, _tokenFile, _storage, _metricsPort, _watchInput,
        };
        command.SetAction((result, _) => RunAsync(result));
        return command;
    }

    private async Task<int> RunAsync(ParseResult result)
    {
        try
        {
            var settings = new CoordinatorSettings(
                IPEndPoint.Parse(result.GetValue(_listen)!),
                result.GetValue(_advertise),
                ReadToken(result.GetValue(_tokenFile)),
                result.GetValue(_metricsPort),
                result.GetValue(_watchInput));
            await CoordinatorProcess.RunAsync(settings, new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                [$"{StateOptions.Section}:{nameof(StateOptions.Folder)}"] = result.GetValue(_state),
                [$"{StorageOptions.Section}:{nameof(StorageOptions.Provider)}"] = result.GetValue(_storage),
            });
            return 0;
        }
        catch (Exception problem) when (problem is CoordinatorException or IOException or UnauthorizedAccessException or Microsoft.Extensions.Options.OptionsValidationException)
        {
            await Console.Error.WriteLineAsync($"error: {problem.Message}");
            return Failed;
        }
    }

    private static string ReadToken(string? file)
    {
        string token = (file is not null ? File.ReadAllText(file) : Environment.GetEnvironmentVariable(TokenVariable) ?? string.Empty).Trim();
        return (file is null && token.Length == 0) || (token.Length is >= 1 and <= LongestToken && token.All(letter => letter is > ' ' and <= '~'))
            ? token
            : throw new CoordinatorException(
                $"token in '{file ?? TokenVariable}': expected 1 to {LongestToken} printable ASCII characters without blanks, got another text; write the token again");
    }
}
