using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using S2M.Worker.Diagnostics;

namespace S2M.Worker.Hosting;

/// <summary>The options of the command line.</summary>
internal sealed class WorkerOptions
{
    private const string TokenVariable = "S2M_TOKEN";
    private const int LongestToken = 4096;

    // The coordinator's rule for names.
    private const int LongestName = 64;

    /// <summary>Makes the options.</summary>
    internal WorkerOptions()
    {
        Coordinator.Validators.Add(result =>
        {
            foreach (string address in result.Tokens.Select(static token => token.Value).Where(static address => !IsAddress(address)))
            {
                result.AddError($"--coordinator: expected an address such as http://127.0.0.1:5000, got '{address}'");
            }
        });
        Advertise.Validators.Add(result => Require(result, IsAddress(Value(result)), $"--advertise: expected an address such as http://host:port, got '{Value(result)}'"));
        Listen.Validators.Add(result => Require(result, EndPointOf(Value(result)) is not null, $"--listen: expected IP:PORT such as 127.0.0.1:0, got '{Value(result)}'"));
        Name.Validators.Add(result => Require(result, IsName(Value(result)), $"--name: expected 1 to {LongestName} letters, digits, '-', '_' or '.', got '{Value(result)}'"));
        Device.Validators.Add(result => Require(
            result, Value(result) == "cpu", $"--device: expected cpu, got '{Value(result)}'; this build computes on CPUs only, so leave the option out"));
        Threads.Validators.Add(result => Require(
            result, Value(result) == "1", $"--threads: expected 1, got '{Value(result)}'; a worker computes on one thread, so start a worker for each core"));
        CpuLevel.AcceptOnlyFromAmong(NativeEnvironment.NativeLevel, NativeEnvironment.Avx2Level);
        Cache.Validators.Add(result => Require(result, Value(result).Length > 0, "--cache: expected a folder, got an empty text"));
        MetricsPort.Validators.Add(result => Require(
            result,
            int.TryParse(Value(result), NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= IPEndPoint.MaxPort,
            $"--metrics-port: expected 0 to {IPEndPoint.MaxPort}, got '{Value(result)}'"));
    }

    /// <summary>All of them, in the order of the help text.</summary>
    internal IEnumerable<Option> All => [Coordinator, Listen, Advertise, Name, Device, Threads, CpuLevel, TokenFile, Cache, Data, MetricsPort, WatchStdin];

    private Option<string[]> Coordinator { get; } = new("--coordinator")
    {
        Description = "Where the coordinator listens; may be repeated for several on one database: the next one is taken where one is away.",
        HelpName = "URL",
        Required = true,
    };

    private Option<string> Listen { get; } = new("--listen")
    {
        Description = "Where to listen; port 0 takes a free one.",
        HelpName = "IP:PORT",
        DefaultValueFactory = _ => "127.0.0.1:0",
    };

    private Option<string> Advertise { get; } = new("--advertise") { Description = "Where the coordinator reaches this worker; by default where it listens.", HelpName = "URL" };

    private Option<string> Name { get; } = new("--name") { Description = "The worker's name, unique; by default the machine's name and the process' number.", HelpName = "NAME" };

    private Option<string> Device { get; } = new("--device") { Description = "What to compute on.", HelpName = "cpu", DefaultValueFactory = _ => "cpu" };

    private Option<string> Threads { get; } = new("--threads") { Description = "Kernel threads; part of what results depend on.", HelpName = "1", DefaultValueFactory = _ => "1" };

    private Option<string> CpuLevel { get; } = new("--cpu-level")
    {
        Description = "Instruction level: the processor's own, or AVX2 so that unlike processors can agree.",
        HelpName = "native|avx2",
        DefaultValueFactory = _ => NativeEnvironment.NativeLevel,
    };

    private Option<string> TokenFile { get; } = new("--token-file")
    {
        Description = $"A file with the token that every call carries; by default the variable {TokenVariable}. Without either no token is asked for.",
        HelpName = "FILE",
    };

    private Option<string> Cache { get; } = new("--cache")
    {
        Description = "Folder for data sets that are fetched; several workers may share it.",
        HelpName = "DIR",
        DefaultValueFactory = _ => Path.Combine(".s2m", "worker", "cache"),
    };

    private Option<string[]> Data { get; } = DataBindings.Option("Where the data set NAME lies; may be repeated.");

    private Option<string> MetricsPort { get; } = new("--metrics-port") { Description = "Serves metrics for Prometheus under /metrics on this port.", HelpName = "N" };

    private Option<bool> WatchStdin { get; } = new("--watch-stdin") { Description = "Ends when standard input closes, as it does when a parent process ends." };

    /// <summary>What was asked for.</summary>
    /// <param name="result">A command line without errors.</param>
    /// <exception cref="WorkerException">The token cannot be read, or there is none in its file.</exception>
    internal WorkerSettings Read(ParseResult result) => new()
    {
        Coordinators = [.. result.GetValue(Coordinator)!.Select(static address => new Uri(address))],
        Listen = EndPointOf(result.GetValue(Listen)!)!,
        Advertise = result.GetValue(Advertise) is { } advertised ? new Uri(advertised) : null,
        Name = result.GetValue(Name) ?? DefaultName(),
        CpuLevel = result.GetValue(CpuLevel)!,
        Token = TokenOf(result.GetValue(TokenFile)),
        CacheFolder = result.GetValue(Cache)!,
        Data = DataBindings.Read(result, Data),
        MetricsPort = result.GetValue(MetricsPort) is { } port ? int.Parse(port, CultureInfo.InvariantCulture) : null,
        WatchStdin = result.GetValue(WatchStdin),
    };

    /// <summary>Whether a text is an address that can be called.</summary>
    internal static bool IsAddress(string text)
        => Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https" && address.PathAndQuery == "/" && address.UserInfo.Length == 0;

    private static bool IsName(string name)
        => name.Length is >= 1 and <= LongestName && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');

    // The end of a long machine's name tells it from its neighbors.
    private static string DefaultName()
    {
        string process = string.Create(CultureInfo.InvariantCulture, $"-{Environment.ProcessId}");
        string machine = Environment.MachineName;
        return machine[Math.Max(0, machine.Length + process.Length - LongestName)..] + process;
    }

    private static IPEndPoint? EndPointOf(string text)
        => text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text.Replace("localhost:", "127.0.0.1:", StringComparison.Ordinal), out IPEndPoint? point) ? point : null;

    private static string Value(OptionResult result) => result.GetValueOrDefault<string>() ?? string.Empty;

    private static string? TokenOf(string? file)
    {
        if (file is null)
        {
            return Environment.GetEnvironmentVariable(TokenVariable) is { Length: > 0 } variable ? Checked(variable, TokenVariable) : null;
        }

        try
        {
            using StreamReader reader = File.OpenText(file);
            char[] text = new char[LongestToken + 1];
            int length = reader.ReadBlock(text);
            return Checked(new string(text, 0, length), file);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new WorkerException($"token file '{file}': expected a readable file, got '{problem.Message}'; correct --token-file", problem);
        }
    }

    private static string Checked(string text, string source)
    {
        string token = text.Trim();
        return token.Length is >= 1 and <= LongestToken && token.All(letter => letter is > ' ' and <= '~')
            ? token
            : throw new WorkerException($"token in '{source}': expected 1 to {LongestToken} printable ASCII characters without blanks, got another text; write the token again");
    }

    private static void Require(OptionResult result, bool holds, string message)
    {
        if (!holds)
        {
            result.AddError(message);
        }
    }
}
