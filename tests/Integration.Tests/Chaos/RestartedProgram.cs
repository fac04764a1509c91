using S2M.Integration.Tests.Processes;

namespace S2M.Integration.Tests.Chaos;

/// <summary>A program under a supervisor: it can be killed and stopped, and is started again in its place. What all of its processes say goes to one file.</summary>
internal sealed class RestartedProgram : IAsyncDisposable
{
    private const int MostStarts = 5;

    private readonly Func<TextWriter, ProgramProcess> _start;
    private readonly string _path;
    private readonly TextWriter _log;
    private ProgramProcess? _process;

    /// <summary>Starts nothing yet.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="logs">The folder of its file.</param>
    /// <param name="start">Starts it, with its log.</param>
    internal RestartedProgram(string name, string logs, Func<TextWriter, ProgramProcess> start)
    {
        (Name, _start, _path) = (name, start, Path.Combine(logs, $"{name}.log"));
        _log = TextWriter.Synchronized(new StreamWriter(_path) { AutoFlush = true });
    }

    /// <summary>What it is called.</summary>
    internal string Name { get; }

    /// <summary>The newest of its processes; null before the first.</summary>
    internal ProgramProcess? Process => Volatile.Read(ref _process);

    /// <summary>Whether it has ended.</summary>
    internal bool IsDown => _process!.HasEnded;

    /// <summary>What all of its processes wrote.</summary>
    internal string Errors => File.ReadAllText(_path);

    /// <summary>Starts it, for the first time or where it has ended.</summary>
    /// <returns>Where it listens.</returns>
    internal async Task<Uri> StartAsync()
    {
        ProgramProcess? ended = _process;
        ProgramProcess process = _start(_log);
        await _log.WriteLineAsync($"--- {Name}, process {process.Id}:");
        Volatile.Write(ref _process, process);
        if (ended is not null)
        {
            await ended.DisposeAsync();
        }

        return await process.ListensAsync();
    }

    /// <summary>Kills it and waits until it is gone.</summary>
    internal Task KillAsync() => EndAsync(ProgramProcess.Kill);

    /// <summary>Asks it to end and waits until it is gone.</summary>
    internal Task LeaveAsync() => EndAsync(ProgramProcess.Terminate);

    /// <summary>Sends a signal; nothing where it has ended.</summary>
    internal void Signal(int signal)
    {
        if (!IsDown)
        {
            _process!.Signal(signal);
        }
    }

    /// <summary>Lets it go on, and starts it where it has ended, until it listens. One that cannot start yet is started again, a few times.</summary>
    internal async Task HealAsync()
    {
        Signal(ProgramProcess.Continue);
        for (int starts = 1; IsDown; starts++)
        {
            try
            {
                await StartAsync();
            }
            catch (InvalidOperationException) when (starts < MostStarts)
            {
                // It ended before it listened: what it waited for is away.
            }
        }
    }

    /// <summary>Kills what is left.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
            await _process.Said;
        }

        await _log.DisposeAsync();
    }

    private Task EndAsync(int signal) => IsDown ? Task.CompletedTask : _process!.EndAsync(signal);
}
