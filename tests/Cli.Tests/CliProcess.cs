using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace S2M.Cli.Tests;

/// <summary>The built <c>s2m</c> as a process of its own.</summary>
internal sealed class CliProcess : IDisposable
{
    private const int Interrupt = 2;

    // Beside this test its assembly would lack what comes with the web framework here: it is run where its own build put it.
    private static readonly string Program = Path.GetFullPath(Path.Combine(Here, "..", "..", "..", "..", "..", "src", "Cli", "bin", Configuration, "net10.0", "s2m.dll"));

    private readonly Process _process;
    private readonly Task<string> _output;

    // .../bin/<configuration>/net10.0
    private static string Here => Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);

    private static string Configuration => Path.GetFileName(Path.GetDirectoryName(Here)!);

    private CliProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
    }

    /// <summary>Runs it to its end in a folder, with variables.</summary>
    internal static async Task<Finished> RunAsync(string folder, Dictionary<string, string> environment, params string[] arguments)
    {
        using CliProcess process = Start(folder, environment, arguments);
        return await process.FinishAsync();
    }

    /// <summary>Starts it.</summary>
    internal static CliProcess Start(string folder, Dictionary<string, string> environment, params string[] arguments)
    {
        // A test run in the background of a shell inherits an ignored Ctrl-C, and the runtime would leave it so.
        var start = new ProcessStartInfo("env", ["--default-signal=INT,TERM", "dotnet", Program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        start.Environment.Remove("S2M_SERVER");
        start.Environment.Remove("S2M_TOKEN");
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return new CliProcess(Process.Start(start)!);
    }

    /// <summary>Reads the error stream up to a line that holds a fragment.</summary>
    internal async Task LineAsync(string fragment)
    {
        while (await _process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.Contains(fragment, StringComparison.Ordinal))
            {
                return;
            }
        }

        throw new InvalidOperationException($"the process ended without a line that holds '{fragment}'");
    }

    /// <summary>Ctrl-C.</summary>
    internal void Stop() => SendSignal(_process.Id, Interrupt).ShouldBe(0);

    /// <summary>Waits for its end.</summary>
    internal async Task<Finished> FinishAsync()
    {
        string errors = await _process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await _output;
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Finished(_process.ExitCode, output, errors);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}

/// <summary>What a process left.</summary>
internal sealed record Finished(int ExitCode, string Output, string Errors)
{
    /// <summary>The output as one JSON document.</summary>
    internal JsonElement Json => JsonDocument.Parse(Output).RootElement;
}
