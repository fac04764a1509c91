using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using S2M.Model.Benchmarks;

namespace S2M.Cluster.Benchmarks.Processes;

/// <summary>A built program as a process: where it listens, what it says, how much it computes. Disposed, it is killed.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    internal const int Kill = 9;
    internal const int Stop = 19;
    internal const int Continue = 18;

    private const string Listening = "listening on ";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    // Of /proc/PID/stat: fields 14 and 15 count in units of a hundredth of a second on Linux.
    private const double TicksPerSecond = 100;

    private readonly Process _process;
    private readonly string _program;
    private readonly List<string> _lines = [];
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _registered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServiceProcess(Process process, string program)
    {
        (_process, _program) = (process, program);
        _ = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError)).ContinueWith(
            _ =>
            {
                _address.TrySetException(Ended());
                _registered.TrySetException(Ended());
            },
            TaskScheduler.Default);
    }

    /// <summary>Its process number.</summary>
    internal int Id => _process.Id;

    /// <summary>Whether it runs.</summary>
    internal bool IsAlive => !_process.HasExited;

    /// <summary>Its resident memory, in bytes.</summary>
    internal long Bytes => ProcessUsage.Bytes(Id);

    /// <summary>The most that it ever was.</summary>
    internal long PeakBytes => ProcessUsage.PeakBytes(Id);

    /// <summary>How many files and sockets it holds.</summary>
    internal int Handles => ProcessUsage.Handles(Id);

    /// <summary>Seconds that it computed so far, on all cores.</summary>
    internal double CpuSeconds
    {
        get
        {
            string stat = File.ReadAllText($"/proc/{Id}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
        }
    }

    /// <summary>Starts a program such as <c>S2M.Worker.dll</c> of this build.</summary>
    /// <param name="core">The core that it is bound to; negative for none.</param>
    /// <param name="assembly">The program.</param>
    /// <param name="environment">Variables over those of this process.</param>
    /// <param name="arguments">Its command line.</param>
    internal static ServiceProcess Start(int core, string assembly, IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        string[] bound = core < 0 ? [] : ["taskset", "-c", core.ToString(CultureInfo.InvariantCulture)];
        string[] command = [.. bound, "dotnet", Path.Combine(AppContext.BaseDirectory, assembly), .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return new ServiceProcess(Process.Start(start)!, assembly);
    }

    /// <summary>Where it listens, once it does.</summary>
    internal Task<Uri> ListensAsync() => _address.Task.WaitAsync(Patience);

    /// <summary>Completes once it is registered at a coordinator.</summary>
    internal Task RegisteredAsync() => _registered.Task.WaitAsync(Patience);

    /// <summary>Sends a signal.</summary>
    internal void Signal(int signal)
    {
        if (SendSignal(Id, signal) != 0)
        {
            throw new BenchmarkException($"{_program}: expected that signal {signal} reaches process {Id}, got errno {Marshal.GetLastPInvokeError()}");
        }
    }

    /// <summary>Refuses to go on without it.</summary>
    /// <exception cref="BenchmarkException">It ended.</exception>
    internal void RequireAlive()
    {
        if (!IsAlive)
        {
            throw Ended();
        }
    }

    /// <summary>Kills it and waits for its end.</summary>
    internal async Task KillAsync()
    {
        Signal(Kill);
        await _process.WaitForExitAsync();
    }

    /// <summary>Waits for its end.</summary>
    /// <exception cref="BenchmarkException">It ended with an error.</exception>
    internal async Task FinishAsync()
    {
        await _process.WaitForExitAsync();
        if (_process.ExitCode != 0)
        {
            throw Ended();
        }
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

    [DllImport("libc", EntryPoint = "kill", ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_lines)
            {
                _lines.Add(line);
            }

            if (line.StartsWith(Listening, StringComparison.Ordinal))
            {
                _address.TrySetResult(new Uri(line[Listening.Length..]));
            }
            else if (line.Contains("registered as", StringComparison.Ordinal))
            {
                _registered.TrySetResult();
            }
        }
    }

    private BenchmarkException Ended()
    {
        lock (_lines)
        {
            return new BenchmarkException($"{_program}: expected that it serves or ends well, it ended; it wrote:\n{string.Join('\n', _lines.TakeLast(20))}");
        }
    }
}
