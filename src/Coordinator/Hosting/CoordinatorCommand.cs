using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using S2M.Coordinator.Checkpoints;
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

    private readonly Option<string> _checkpoints = new("--checkpoints")
    {
        Description = "Where checkpoints are kept: below --state, or in an Azure container, whose connection string is in the variable S2M_Checkpoints__ConnectionString.",
        HelpName = "files|azure",
        DefaultValueFactory = _ => CheckpointOptions.Files,
    };

    private readonly Option<int?> _metricsPort = new("--metrics-port") { Description = "Serves /metrics (Prometheus) and /healthz over HTTP/1.1 on this port.", HelpName = "PORT" };
    private readonly Option<IPAddress?> _siloAddress = new("--silo-address")
    {
        Description = "Where other coordinators on the same PostgreSQL reach this one; the address of --listen, or of the host of --advertise, where it is not given.",
        HelpName = "ADDRESS",
        CustomParser = ParseAddress,
    };

    private readonly Option<int?> _siloPort = new("--silo-port")
    {
        Description = "The port for other coordinators; by default that of --listen and 10000, or a free one where --listen has port 0.",
        HelpName = "PORT",
    };

    private readonly Option<bool> _noMigrate = new("--no-migrate") { Description = "Does not bring the database up to this build's schema: one of another schema is refused." };
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
        _metricsPort.Validators.Add(RequirePort);
        _siloPort.Validators.Add(RequirePort);
        var command = new RootCommand(
            "The coordinator of S2M.Distributed: takes jobs, trains them on workers that register here, and keeps everything. "
            + "Every option of its parts can be set by a variable such as S2M_Dispatch__ShortestLease=00:00:10. "
            + "Exit codes: 0 ended on a signal, 1 could not start or go on, 2 usage.")
        {
            _listen, _advertise, _state, _tokenFile, _storage, _checkpoints, _siloAddress, _siloPort, _noMigrate, _metricsPort, _watchInput,
        };
        command.SetAction((result, _) => RunAsync(() => ServeAsync(result)));
        var migrate = new Command(
            "migrate",
            "Brings the database to this build's schema and ends; nothing where it is there already. Waits for another that migrates. "
            + "To be run once before a new build is rolled out.")
        {
            _state, _storage,
        };
        migrate.SetAction((result, _) => RunAsync(() => MigrateAsync(result)));
        command.Subcommands.Add(migrate);
        return command;
    }

    private static IPAddress? ParseAddress(ArgumentResult result)
    {
        if (IPAddress.TryParse(result.Tokens[0].Value, out IPAddress? address))
        {
            return address;
        }

        result.AddError($"--silo-address: expected an address such as 10.0.0.5, got '{result.Tokens[0].Value}'");
        return null;
    }

    private static void RequirePort(OptionResult result)
    {
        if (result.Tokens is [{ Value: { } text }] && int.TryParse(text, CultureInfo.InvariantCulture, out int port) && port is < 1 or > IPEndPoint.MaxPort)
        {
            result.AddError($"{result.Option.Name}: expected 1 to {IPEndPoint.MaxPort}, got {port}");
        }
    }

    private Task MigrateAsync(ParseResult result)
    {
        CoordinatorProcess.Migrate(StorageOf(result));
        return Task.CompletedTask;
    }

    private Task ServeAsync(ParseResult result)
    {
        var settings = new CoordinatorSettings(
            IPEndPoint.Parse(result.GetValue(_listen)!),
            result.GetValue(_advertise),
            ReadToken(result.GetValue(_tokenFile)),
            result.GetValue(_metricsPort),
            result.GetValue(_watchInput),
            result.GetValue(_siloAddress),
            result.GetValue(_siloPort));
        Dictionary<string, string?> configuration = StorageOf(result);
        configuration[$"{CheckpointOptions.Section}:{nameof(CheckpointOptions.Store)}"] = result.GetValue(_checkpoints);
        if (result.GetValue(_noMigrate))
        {
            configuration[$"{StorageOptions.Section}:{nameof(StorageOptions.Migrate)}"] = "false";
        }

        return CoordinatorProcess.RunAsync(settings, configuration);
    }

    private Dictionary<string, string?> StorageOf(ParseResult result) => new(StringComparer.Ordinal)
    {
        [$"{StateOptions.Section}:{nameof(StateOptions.Folder)}"] = result.GetValue(_state),
        [$"{StorageOptions.Section}:{nameof(StorageOptions.Provider)}"] = result.GetValue(_storage),
    };

    private static async Task<int> RunAsync(Func<Task> run)
    {
        try
        {
            await run();
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
