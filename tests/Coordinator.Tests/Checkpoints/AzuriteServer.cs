using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace S2M.Coordinator.Tests.Checkpoints;

/// <summary>
/// A private Azurite, the emulator of Azure blob storage, on a free port of this machine; one for each test assembly, started by the first test that asks for
/// it. It ends with this process, however that ends. Where Azurite is not installed the asking test is skipped, with the reason.
/// </summary>
public sealed class AzuriteServer : IAsyncDisposable
{
    private const string Account = "tests";
    private const string Program = "azurite-blob";
    private const string Listening = "successfully listens on ";

    // Runs the server beside a reader of standard input, which comes to its end with the process that holds the other side. Killed, since a server that is asked to
    // end waits for its callers first, and a test may have left one that never ends.
    private const string Supervise = "\"$@\" & server=$!; cat > /dev/null; kill -KILL $server; wait $server";

    private readonly string _folder = Directory.CreateTempSubdirectory("s2m-azurite-").FullName;
    private readonly string _key;
    private readonly Lazy<Task<(Process Process, Uri Address)>> _server;

    /// <summary>Starts nothing yet.</summary>
    public AzuriteServer()
    {
        _key = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(_folder)));
        _server = new Lazy<Task<(Process, Uri)>>(StartAsync);
    }

    /// <summary>Where it listens; starts it.</summary>
    public async Task<Uri> AddressAsync()
    {
        Assert.SkipUnless(Find() is not null, "needs Azurite: azurite-blob on PATH (npm install azurite)");
        return (await _server.Value).Address;
    }

    /// <summary>The connection string of its account; starts it.</summary>
    /// <param name="address">Where it is reached instead, such as a proxy before it.</param>
    public async Task<string> ConnectionStringAsync(Uri? address = null)
    {
        Uri real = await AddressAsync();
        return Describe(address ?? real, _key);
    }

    /// <summary>A connection string.</summary>
    internal static string Describe(Uri address, string key)
        => $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={key};BlobEndpoint={new Uri(address, Account)};";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            using Process server = (await _server.Value).Process;
            server.StandardInput.Close();
            await server.WaitForExitAsync(CancellationToken.None);
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static string? Find()
        => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, Program)).FirstOrDefault(File.Exists);

    private async Task<(Process Process, Uri Address)> StartAsync()
    {
        string[] command = [Find()!, "--blobHost", "127.0.0.1", "--blobPort", "0", "--location", _folder, "--silent", "--skipApiVersionCheck", "--disableTelemetry"];
        var start = new ProcessStartInfo("bash", ["-c", Supervise, "bash", .. command])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder,
        };
        start.Environment["AZURITE_ACCOUNTS"] = $"{Account}:{_key}";
        Process server = Process.Start(start)!;
        var said = new StringBuilder();
        var ready = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        server.ErrorDataReceived += (_, line) => Take(line.Data);
        server.OutputDataReceived += (_, line) =>
        {
            Take(line.Data);
            if (line.Data is null)
            {
                ready.TrySetException(new InvalidOperationException($"Azurite ended: {said}"));
            }
            else if (line.Data.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and int at)
            {
                ready.TrySetResult(new Uri(line.Data[(at + Listening.Length)..].Trim()));
            }
        };
        server.BeginErrorReadLine();
        server.BeginOutputReadLine();
        return (server, await ready.Task);

        void Take(string? line)
        {
            lock (said)
            {
                said.AppendLine(line);
            }
        }
    }
}
