using System.Runtime.InteropServices;

namespace S2M.Worker.Hosting;

/// <summary>Whoever asks the worker to end: SIGTERM, Ctrl-C, the coordinator, a parent whose pipe closes. The first one counts; a second signal ends the process at once.</summary>
internal sealed class StopRequest : IDisposable
{
    private readonly TaskCompletionSource<string> _reason = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] _registrations;
    private int _signals;

    /// <summary>Begins to listen for signals.</summary>
    internal StopRequest()
        => _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal), PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal)];

    /// <summary>Completes with the reason.</summary>
    internal Task<string> Reason => _reason.Task;

    /// <summary>Asks; without effect where it was asked before.</summary>
    /// <param name="reason">Why, for operators.</param>
    internal void Request(string reason) => _reason.TrySetResult(reason);

    /// <summary>Asks when standard input ends.</summary>
    internal void WatchStdin()
    {
        var watcher = new Thread(() =>
        {
            try
            {
                using Stream input = Console.OpenStandardInput();
                Span<byte> ignored = stackalloc byte[256];
                while (input.Read(ignored) > 0)
                {
                    // What a parent writes has no meaning; only the end has.
                }
            }
            catch (IOException)
            {
                // A pipe that breaks is a parent that ended.
            }

            Request("standard input closed");
        })
        {
            IsBackground = true,
            Name = "standard input",
        };
        watcher.Start();
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_registrations, static registration => registration.Dispose());

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _signals) > 1)
        {
            // Not Environment.Exit: it would wait for handlers while the training thread still computes.
            EndNow(ExitCodes.Interrupted);
        }

        Request(context.Signal.ToString());
    }

    [DllImport("libc", EntryPoint = "_exit", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void EndNow(int status);
}
