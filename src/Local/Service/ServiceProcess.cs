using System.Diagnostics;
using S2M.Coordinator;

namespace S2M.Local.Service;

/// <summary>A process of the service. It ends with this one: gracefully when it is asked to, and by itself when the pipe to it breaks, however this one ends.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    // 128 and the signal, as of a shell. It comes from outside, so that the last lines say nothing of it; those of a crash, which is a signal too, do.
    private const int Killed = 128 + 9;

    private const int RememberedLines = 3;
    private const string Ready = "listening on ";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly Process _process;
    private readonly string _name;
    private readonly string _log;
    private readonly Task _logging;
    private readonly Queue<string> _last = new();
    private readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServiceProcess(Process process, string name, string log)
    {
        (_process, _name, _log) = (process, name, log);
        _logging = Task.WhenAll(ReadOutputAsync(), WriteLogAsync());
    }

    /// <summary>Completes when the process ends.</summary>
    internal Task Exited => _process.WaitForExitAsync();

    /// <summary>Whether it has come so far as to listen.</summary>
    internal bool HasListened => _address.Task.IsCompletedSuccessfully;

    /// <summary>Its name with how it ended, for a message: that it was killed, or the code and the last lines that it wrote.</summary>
    internal string Remains => _process.ExitCode == Killed
        ? $"{_name} was ended by signal 9 (SIGKILL) (log: {_log})"
        : $"{_name} ended with code {_process.ExitCode}: {LastLines()} (log: {_log})";

    /// <summary>Starts a program that lies beside this one.</summary>
    /// <param name="assembly">Such as <c>S2M.Worker.dll</c>.</param>
    /// <param name="name">What messages and its log are called.</param>
    /// <param name="logs">The folder of logs.</param>
    /// <param name="arguments">Its command line.</param>
    internal static ServiceProcess Start(string assembly, string name, string logs, IEnumerable<string> arguments)
    {
        // In a group of its own it would miss the terminal's Ctrl-C; in ours it gets it too, and its own handler ends it as gracefully as the pipe does.
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, assembly), .. arguments, "--watch-stdin"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new ServiceProcess(Process.Start(start)!, name, Path.Combine(logs, $"{name}.log"));
    }

    /// <summary>Waits until it listens.</summary>
    /// <returns>Where: <c>http://host:port</c>.</returns>
    /// <exception cref="CoordinatorException">It ended before; the message has its last words.</exception>
    internal async Task<string> ListensAsync(CancellationToken cancellationToken)
    {
        Task ended = Exited;
        await Task.WhenAny(_address.Task, ended).WaitAsync(cancellationToken);
        if (_address.Task.IsCompletedSuccessfully)
        {
            return await _address.Task;
        }

        await _logging;
        throw new CoordinatorException(Remains);
    }

    /// <summary>Asks it to end and waits; one that does not is killed.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already.
        }

        try
        {
            await _process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        await _logging;
        _process.Dispose();
    }

    private async Task ReadOutputAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(Ready, StringComparison.Ordinal))
            {
                _address.TrySetResult(line[Ready.Length..].Trim());
            }
        }
    }

    private async Task WriteLogAsync()
    {
        await using var log = new StreamWriter(_log, append: true) { AutoFlush = true };
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            await log.WriteLineAsync(line);
            Remember(line);
        }
    }

    private void Remember(string line)
    {
        lock (_last)
        {
            _last.Enqueue(line);
            while (_last.Count > RememberedLines)
            {
                _last.Dequeue();
            }
        }
    }

    private string LastLines()
    {
        lock (_last)
        {
            return string.Join(" | ", _last.Where(line => !string.IsNullOrWhiteSpace(line)));
        }
    }
}
