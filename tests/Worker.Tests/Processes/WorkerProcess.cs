using System.Diagnostics;
using System.Runtime.InteropServices;
using Grpc.Net.Client;

namespace S2M.Worker.Tests.Processes;

/// <summary>The built worker as a process of its own.</summary>
internal sealed class WorkerProcess : IDisposable
{
    internal const int Interrupt = 2;
    internal const int Terminate = 15;

    private readonly Process _process;
    private readonly Lock _lock = new();
    private readonly List<string> _errors = [];
    private readonly List<(string Fragment, TaskCompletionSource<string> Seen)> _waiting = [];
    private readonly Task _reading;
    private readonly Task<string> _output;
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private WorkerProcess(Process process)
    {
        _process = process;
        _output = ReadOutputAsync();
        _reading = ReadErrorsAsync();
    }

    /// <summary>Where it listens, once it does; fails where it ends before.</summary>
    internal Task<Uri> Address => _address.Task;

    /// <summary>Starts the program; its cache is the folder, its token the coordinator's.</summary>
    internal static WorkerProcess Start(Uri coordinator, string folder, params string[] arguments)
        => StartCommand(["--coordinator", coordinator.ToString(), "--cache", folder, "--name", "worker-1", .. arguments], FakeCoordinator.Token);

    /// <summary>Starts the program with nothing but these arguments.</summary>
    internal static WorkerProcess StartCommand(IEnumerable<string> arguments, string? token)
    {
        // A test run in the background of a shell inherits an ignored Ctrl-C, and the runtime would leave it so.
        var start = new ProcessStartInfo("env", ["--default-signal=INT,TERM", "dotnet", Path.Combine(AppContext.BaseDirectory, "S2M.Worker.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("OTEL_EXPORTER_OTLP_ENDPOINT");
        start.Environment["S2M_TOKEN"] = token ?? string.Empty;
        return new WorkerProcess(Process.Start(start)!);
    }

    /// <summary>Calls to it, with a token.</summary>
    internal async Task<ShareClient> ConnectAsync(string? token = FakeCoordinator.Token) => new(GrpcChannel.ForAddress(await Address), token);

    /// <summary>Completes when a line of the error stream holds the fragment; fails when the process ends without one.</summary>
    internal Task<string> LineAsync(string fragment)
    {
        lock (_lock)
        {
            var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_errors.Find(line => line.Contains(fragment, StringComparison.Ordinal)) is { } found)
            {
                seen.SetResult(found);
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

    /// <summary>How many lines of the error stream hold the fragment so far.</summary>
    internal int Count(string fragment)
    {
        lock (_lock)
        {
            return _errors.Count(line => line.Contains(fragment, StringComparison.Ordinal));
        }
    }

    internal void Signal(int signal) => SendSignal(_process.Id, signal).ShouldBe(0);

    internal void CloseInput() => _process.StandardInput.Close();

    internal async Task<(int ExitCode, string Output, string Errors)> FinishAsync()
    {
        string output = await _output;
        await _reading;
        await _process.WaitForExitAsync();
        return (_process.ExitCode, output, string.Join('\n', _errors));
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private async Task<string> ReadOutputAsync()
    {
        const string Listening = "listening on ";
        var lines = new List<string>();
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            if (line.StartsWith(Listening, StringComparison.Ordinal))
            {
                _address.TrySetResult(new Uri(line[Listening.Length..]));
            }
        }

        _address.TrySetException(new InvalidOperationException("the process ended without a line that says where it listens"));
        return string.Join('\n', lines);
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_lock)
            {
                _errors.Add(line);
                foreach ((_, TaskCompletionSource<string> seen) in _waiting.Where(waiting => line.Contains(waiting.Fragment, StringComparison.Ordinal)))
                {
                    seen.TrySetResult(line);
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
