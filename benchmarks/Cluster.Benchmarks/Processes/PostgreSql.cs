using System.Diagnostics;
using System.Globalization;
using Npgsql;
using S2M.Model.Benchmarks;

namespace S2M.Cluster.Benchmarks.Processes;

/// <summary>A private PostgreSQL server on a socket in a folder of its own; it ends with this object, and its folder goes.</summary>
internal sealed class PostgreSql : IAsyncDisposable
{
    private const string Superuser = "postgres";

    // Runs the server beside a reader of standard input, which comes to its end with this process, however that ends.
    private const string Supervise = "\"$@\" & server=$!; exec > /dev/null 2>&1; cat; kill -INT $server; wait $server";

    private readonly string _folder;
    private readonly Process _server;
    private int _databases;

    private PostgreSql(string folder, Process server) => (_folder, _server) = (folder, server);

    /// <summary>Makes and starts one.</summary>
    /// <exception cref="BenchmarkException">PostgreSQL is not installed, or does not start.</exception>
    internal static async Task<PostgreSql> StartAsync()
    {
        string folder = Directory.CreateTempSubdirectory("s2m-postgresql-").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync(new ProcessStartInfo("chown", [Superuser, folder]));
        }

        string data = Path.Combine(folder, "data");
        await RunAsync(Start("initdb", "-D", data, "-U", Superuser, "--auth=trust", "--encoding=UTF8"));
        ProcessStartInfo start = Start("postgres", "-D", data, "-c", "listen_addresses=", "-c", $"unix_socket_directories={folder}", "-c", "max_connections=200");
        start = new ProcessStartInfo("bash", ["-c", Supervise, "bash", start.FileName, .. start.ArgumentList]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardError = true };
        Process server = Process.Start(start)!;
        while (await server.StandardError.ReadLineAsync() is { } line)
        {
            if (line.Contains("ready to accept connections", StringComparison.Ordinal))
            {
                // Read to its end, or the server would stop at a full pipe.
                _ = server.StandardError.ReadToEndAsync();
                return new PostgreSql(folder, server);
            }
        }

        throw new BenchmarkException("postgres: expected a server that accepts connections, got one that ended; see that PostgreSQL is installed whole");
    }

    /// <summary>Makes an empty database.</summary>
    /// <returns>Its connection string.</returns>
    internal async Task<string> CreateDatabaseAsync()
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"benchmark_{++_databases}");
        await using var connection = new NpgsqlConnection(Describe(Superuser));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return Describe(name);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        _server.StandardInput.Close();
        await _server.WaitForExitAsync();
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static ProcessStartInfo Start(string program, params IEnumerable<string> arguments)
    {
        IEnumerable<string> debian = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Select(static version => Path.Combine(version, "bin")) : [];
        string path = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator).Concat(debian).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists)
            ?? throw new BenchmarkException($"{program}: expected PostgreSQL on PATH or in /usr/lib/postgresql/*/bin, got none; install the package postgresql");

        // As anybody but root.
        return Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("setpriv", [$"--reuid={Superuser}", $"--regid={Superuser}", "--init-groups", path, .. arguments])
            : new ProcessStartInfo(path, arguments);
    }

    private static async Task RunAsync(ProcessStartInfo start)
    {
        start.UseShellExecute = false;
        start.RedirectStandardOutput = true;
        using Process process = Process.Start(start)!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new BenchmarkException($"{start.FileName} {string.Join(' ', start.ArgumentList)}: expected exit code 0, got {process.ExitCode}");
        }
    }

    private string Describe(string database) => new NpgsqlConnectionStringBuilder { Host = _folder, Username = Superuser, Database = database, MaxPoolSize = 20 }.ConnectionString;
}
