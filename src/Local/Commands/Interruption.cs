using System.Runtime.InteropServices;

namespace S2M.Local.Commands;

/// <summary>Ctrl-C and SIGTERM: the first one asks the run to stop with a checkpoint, the second one ends the process at once.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly TextWriter _output;
    private readonly string _effect;
    private readonly PosixSignalRegistration[] _registrations;
    private int _signals;

    /// <summary>Begins to listen.</summary>
    /// <param name="output">Where messages go.</param>
    /// <param name="effect">What the first signal does, for the message.</param>
    internal Interruption(TextWriter output, string effect = "stopping after the episode in progress")
    {
        (_output, _effect) = (output, effect);
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal), PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal)];
    }

    /// <summary>Cancelled by the first signal.</summary>
    internal CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_registrations, static registration => registration.Dispose());
        _source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _signals) > 1)
        {
            // Not Environment.Exit: it would wait for handlers while the training threads still compute.
            EndNow(ExitCodes.Interrupted);
        }

        _output.WriteLine($"{Environment.NewLine}{context.Signal}: {_effect}; once more ends at once");
        _source.Cancel();
    }

    [DllImport("libc", EntryPoint = "_exit", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void EndNow(int status);
}
