using System.Diagnostics;
using System.Runtime.InteropServices;

namespace S2M.Local.Tests;

/// <summary>The built program as a process of its own.</summary>
internal sealed class LocalProcess : IDisposable
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;

    private readonly Process _process;
    private readonly Lock _lock = new();
    private readonly List<string> _errors = [];
    private readonly List<(string Fragment, TaskCompletionSource Seen)> _waiting = [];
    private readonly Task<string> _output;
    private readonly Task _reading;

    private LocalProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _reading = ReadErrorsAsync();
    }

    public static LocalProcess Start(params string[] arguments) => Start([], arguments);

    /// <summary>Starts the program with variables added to the environment.</summary>
    public static LocalProcess Start(Dictionary<string, string> environment, params string[] arguments)
        => StartCommand(environment, "dotnet", [Path.Combine(AppContext.BaseDirectory, "s2m-local.dll"), .. arguments]);

    /// <summary>Starts the program with no file longer than a number of KiB; without its signal the limit is an error of the write.</summary>
    public static LocalProcess StartWithFileLimit(int kibibytes, params string[] arguments)
        => StartCommand(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["DOTNET_EnableWriteXorExecute"] = "0", ["DOTNET_EnableDiagnostics"] = "0" },
            "bash",
            ["-c", $"trap '' XFSZ; ulimit -f {kibibytes} && exec dotnet \"$@\"", "bash", Path.Combine(AppContext.BaseDirectory, "s2m-local.dll"), .. arguments]);

    public static async Task<Finished> RunAsync(params string[] arguments)
    {
        using LocalProcess process = Start(arguments);
        return await process.FinishAsync();
    }

    /// <summary>Completes when a line of the error stream holds the fragment; fails when the process ends without one.</summary>
    public Task LineAsync(string fragment)
    {
        lock (_lock)
        {
            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_errors.Any(line => line.Contains(fragment, StringComparison.Ordinal)))
            {
                seen.SetResult();
            }
            else if (_reading.IsCompleted)
            {
                seen.SetException(Missing(fragment));
            }
            else
            {
                _waiting.Add((fragment, seen));
            }

            return seen.Task;
        }
    }

    public void Signal(int signal) => SendSignal(_process.Id, signal).ShouldBe(0);

    public async Task<Finished> FinishAsync()
    {
        string output = await _output;
        await _reading;
        await _process.WaitForExitAsync();
        return new Finished(_process.ExitCode, output, string.Join('\n', _errors));
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static LocalProcess StartCommand(Dictionary<string, string> environment, string command, IEnumerable<string> arguments)
    {
        // A test run in the background of a shell inherits an ignored Ctrl-C, and the runtime would leave it so.
        var start = new ProcessStartInfo("env", ["--default-signal=INT,TERM", command, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return new LocalProcess(Process.Start(start)!);
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_lock)
            {
                _errors.Add(line);
                foreach ((_, TaskCompletionSource seen) in _waiting.Where(waiting => line.Contains(waiting.Fragment, StringComparison.Ordinal)))
                {
                    seen.TrySetResult();
                }
            }
        }

        lock (_lock)
        {
            _waiting.ForEach(waiting => waiting.Seen.TrySetException(Missing(waiting.Fragment)));
        }
    }

    private InvalidOperationException Missing(string fragment) => new($"the process ended without a line that holds '{fragment}'; it wrote:\n{string.Join('\n', _errors)}");

    [DllImport("libc", EntryPoint = "kill", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}

/// <summary>What a process left.</summary>
internal sealed record Finished(int ExitCode, string Output, string Errors);
