using S2M.Integration.Tests.Processes;

namespace S2M.Integration.Tests.Chaos;

/// <summary>A program under a supervisor: it can be killed and stopped, and is started again in its place.</summary>
/// <param name="start">Starts it.</param>
internal sealed class RestartedProgram(Func<ProgramProcess> start) : IAsyncDisposable
{
    private const int MostStarts = 5;

    private readonly List<ProgramProcess> _all = [];

    /// <summary>The newest of its processes.</summary>
    internal ProgramProcess Process => _all[^1];

    /// <summary>Whether it has ended.</summary>
    internal bool IsDown => Process.HasEnded;

    /// <summary>What all of its processes wrote.</summary>
    internal string Errors => string.Join('\n', _all.Select(static process => $"--- process {process.Id}:\n{process.Errors}"));

    /// <summary>Starts it for the first time.</summary>
    /// <returns>Where it listens.</returns>
    internal Task<Uri> StartAsync()
    {
        _all.Add(start());
        return Process.ListensAsync();
    }

    /// <summary>Kills it and waits until it is gone.</summary>
    internal Task KillAsync() => Process.EndAsync(ProgramProcess.Kill);

    /// <summary>Sends a signal; nothing where it has ended.</summary>
    internal void Signal(int signal)
    {
        if (!IsDown)
        {
            Process.Signal(signal);
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
        foreach (ProgramProcess process in _all)
        {
            await process.DisposeAsync();
        }
    }
}
