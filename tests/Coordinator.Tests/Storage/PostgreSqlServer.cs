using System.Diagnostics;
using System.Text;
using Npgsql;

namespace S2M.Coordinator.Tests.Storage;

/// <summary>
/// A private PostgreSQL server on a socket in a folder of its own; one for each test assembly, started by the first test that asks for a database. It ends
/// with this process, however that ends. Where PostgreSQL is not installed the asking test is skipped, with the reason.
/// </summary>
public sealed class PostgreSqlServer : IAsyncDisposable
{
    private const string Superuser = "postgres";

    // Runs the server beside a reader of standard input, which comes to its end with the process that holds the other side. It ends at once, whoever is connected:
    // its files go with it.
    private const string Supervise = "\"$@\" & server=$!; exec > /dev/null 2>&1; cat; kill -QUIT $server; wait $server";

    private readonly Lazy<Task<Process>> _server;
    private readonly StringBuilder _log = new();
    private string _folder = string.Empty;
    private int _databases;

    /// <summary>Starts nothing yet.</summary>
    public PostgreSqlServer() => _server = new Lazy<Task<Process>>(StartAsync);

    /// <summary>Makes an empty database.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Find("postgres") is not null, "needs PostgreSQL: postgres and initdb on PATH or in /usr/lib/postgresql/*/bin");
        await _server.Value;
        string name = $"test_{Interlocked.Increment(ref _databases)}";
        await using var connection = new NpgsqlConnection(Describe(Superuser));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return Describe(name);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_server.IsValueCreated)
        {
            return;
        }

        if (_server.Value.IsCompletedSuccessfully)
        {
            NpgsqlConnection.ClearAllPools();
            using Process server = await _server.Value;
            server.StandardInput.Close();
            await server.WaitForExitAsync(CancellationToken.None);
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static string? Find(string program)
    {
        IEnumerable<string> folders = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        IEnumerable<string> debian = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(version => Path.Combine(version, "bin"))
            : [];
        return folders.Concat(debian).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
    }

    /// <summary>How to start a program as a user that PostgreSQL accepts: anybody but root.</summary>
    private static ProcessStartInfo Start(params IEnumerable<string> command)
    {
        string[] unprivileged = Environment.IsPrivilegedProcess ? ["setpriv", $"--reuid={Superuser}", $"--regid={Superuser}", "--init-groups"] : [];
        string[] all = ["bash", "-c", Supervise, "bash", .. unprivileged, .. command];
        var start = new ProcessStartInfo(all[0]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string argument in all.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }

    private async Task<Process> StartAsync()
    {
        _folder = Directory.CreateTempSubdirectory("s2m-postgresql-").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync(new ProcessStartInfo("chown", [Superuser, _folder]));
        }

        string data = Path.Combine(_folder, "data");
        ProcessStartInfo initialize = Start(Find("initdb")!, "-D", data, "-U", Superuser, "--auth=trust", "--encoding=UTF8", "--no-sync");
        await RunAsync(initialize);

        // Without flushes: the files need not outlive the machine.
        ProcessStartInfo start = Start(
            Find("postgres")!, "-D", data, "-c", "listen_addresses=", "-c", $"unix_socket_directories={_folder}", "-c", "fsync=off", "-c", "max_connections=200");
        Process server = Process.Start(start)!;
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.ErrorDataReceived += (_, line) =>
        {
            _log.AppendLine(line.Data);
            if (line.Data is null)
            {
                ready.TrySetException(new InvalidOperationException($"the server ended: {_log}"));
            }
            else if (line.Data.Contains("ready to accept connections", StringComparison.Ordinal))
            {
                ready.TrySetResult();
            }
        };
        server.BeginErrorReadLine();
        server.BeginOutputReadLine();
        await ready.Task;
        return server;
    }

    private static async Task RunAsync(ProcessStartInfo start)
    {
        start.UseShellExecute = false;
        start.RedirectStandardInput = start.RedirectStandardError = start.RedirectStandardOutput = true;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        string errors = await process.StandardError.ReadToEndAsync(CancellationToken.None);

        // Both streams came to their end, so the program did; now the reader of standard input may.
        string said = await output + errors;
        process.StandardInput.Close();
        await process.WaitForExitAsync(CancellationToken.None);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{start.FileName} {string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}: {said}");
        }
    }

    private string Describe(string database) => new NpgsqlConnectionStringBuilder { Host = _folder, Username = Superuser, Database = database, MaxPoolSize = 20 }.ConnectionString;
}
