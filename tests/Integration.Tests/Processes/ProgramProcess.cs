using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace S2M.Integration.Tests.Processes;

/// <summary>A built program as a process of its own: where it listens, what it says, how it ends. Disposed, it is killed.</summary>
internal sealed class ProgramProcess : IAsyncDisposable
{
    internal const int Interrupt = 2;
    internal const int Kill = 9;
    internal const int Terminate = 15;
    internal const int Stop = 19;
    internal const int Continue = 18;

    private const string Listening = "listening on ";

    // Ends what hangs. Nothing is expected to be faster than anything.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly string _name;
    private readonly TextWriter _log;
    private readonly Lock _lock = new();
    private readonly List<string> _errors = [];
    private readonly List<(string Fragment, TaskCompletionSource<string> Seen)> _waiting = [];
    private readonly Task _reading;
    private readonly Task<string> _output;
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ProgramProcess(Process process, string name, TextWriter log)
    {
        (_process, _name, _log) = (process, name, log);
        Id = process.Id;
        _output = ReadOutputAsync();
        _reading = ReadErrorsAsync();
    }

    internal int Id { get; }

    /// <summary>Starts a program such as <c>S2M.Worker.dll</c>.</summary>
    /// <param name="assembly">The program.</param>
    /// <param name="environment">Variables over those of this process.</param>
    /// <param name="arguments">Its command line.</param>
    internal static ProgramProcess Start(string assembly, IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
        => Start(assembly, environment, TextWriter.Null, arguments);

    /// <inheritdoc cref="Start(string, IReadOnlyDictionary{string, string}, IEnumerable{string})"/>
    /// <param name="assembly">The program.</param>
    /// <param name="environment">Variables over those of this process.</param>
    /// <param name="log">Takes its error stream as well, line by line.</param>
    /// <param name="arguments">Its command line.</param>
    internal static ProgramProcess Start(string assembly, IReadOnlyDictionary<string, string> environment, TextWriter log, params IEnumerable<string> arguments)
    {
        // A test run in the background of a shell inherits an ignored Ctrl-C, and the runtime would leave it so.
        var start = new ProcessStartInfo("env", ["--default-signal=INT,TERM", "dotnet", PathOf(assembly), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment.Remove("OTEL_EXPORTER_OTLP_ENDPOINT");
        start.Environment.Remove("S2M_TOKEN");
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return new ProgramProcess(Process.Start(start)!, assembly, log);
    }

    /// <summary>Where it listens, once it does; fails with its last words where it ends before.</summary>
    internal Task<Uri> ListensAsync() => _address.Task.WaitAsync(Patience);

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

            return seen.Task.WaitAsync(Patience);
        }
    }

    /// <summary>What it wrote to the error stream so far.</summary>
    internal string Errors
    {
        get
        {
            lock (_lock)
            {
                return string.Join('\n', _errors);
            }
        }
    }

    /// <summary>Completes when it has written its last line to the error stream.</summary>
    internal Task Said => _reading;

    /// <summary>Whether it has ended.</summary>
    internal bool HasEnded => _process.HasExited;

    /// <summary>Sends a signal.</summary>
    /// <exception cref="InvalidOperationException">There is no such process any more.</exception>
    internal void Signal(int signal)
    {
        if (SendSignal(Id, signal) != 0)
        {
            throw new InvalidOperationException($"{_name}: signal {signal} could not be sent to process {Id}; it wrote:\n{Errors}");
        }
    }

    /// <summary>Waits for its end.</summary>
    internal async Task<Finished> FinishAsync()
    {
        string output = await _output.WaitAsync(Patience);
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return new Finished(_process.ExitCode, output, Errors);
    }

    /// <summary>Sends a signal and waits for the end.</summary>
    internal Task<Finished> EndAsync(int signal)
    {
        Signal(signal);
        return FinishAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>Where a program was built; a path stays what it is.</summary>
    internal static string PathOf(string assembly)
        => typeof(ProgramProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().SingleOrDefault(metadata => metadata.Key == assembly)?.Value
            ?? Path.Combine(AppContext.BaseDirectory, assembly);

    private async Task<string> ReadOutputAsync()
    {
        var lines = new List<string>();
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            if (line.StartsWith(Listening, StringComparison.Ordinal))
            {
                _address.TrySetResult(new Uri(line[Listening.Length..]));
            }
        }

        await _reading;
        _address.TrySetException(Missing(Listening));
        _ = _address.Task.Exception;
        return string.Join('\n', lines);
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            await _log.WriteLineAsync(line);
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

    private InvalidOperationException Missing(string fragment) => new($"{_name} ended without a line that holds '{fragment}'; it wrote:\n{Errors}");

    [DllImport("libc", EntryPoint = "kill", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}

/// <summary>What a process left.</summary>
internal sealed record Finished(int ExitCode, string Output, string Errors);
