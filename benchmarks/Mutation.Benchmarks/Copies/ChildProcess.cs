using System.Diagnostics;

namespace S2M.Mutation.Benchmarks.Copies;

/// <summary>How a process ended.</summary>
/// <param name="ExitCode">Its exit code; meaningless where it was stopped.</param>
/// <param name="StoppedAt">The line at which it was stopped because nothing more was to be learned; null where it was not.</param>
/// <param name="TimedOut">Whether it was stopped because it took too long.</param>
/// <param name="Lines">What it wrote, both streams.</param>
/// <param name="Seconds">How long it ran.</param>
internal sealed record Ended(int ExitCode, string? StoppedAt, bool TimedOut, IReadOnlyList<string> Lines, double Seconds);

/// <summary>Processes that end by themselves, at a line, or at a limit.</summary>
internal static class ChildProcess
{
    /// <summary>Runs one.</summary>
    /// <param name="start">The program, its arguments and its folder.</param>
    /// <param name="limit">After so long it is stopped.</param>
    /// <param name="stopsAt">Lines at which it is stopped; null for none.</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal static async Task<Ended> RunAsync(ProcessStartInfo start, TimeSpan limit, Func<string, bool>? stopsAt, CancellationToken cancellationToken)
    {
        (start.UseShellExecute, start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (false, true, true, true);
        var lines = new List<string>();
        string? stoppedAt = null;
        long begun = TimeProvider.System.GetTimestamp();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(limit);
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        async Task ReadAsync(StreamReader reader)
        {
            while (await reader.ReadLineAsync(CancellationToken.None) is { } line)
            {
                lock (lines)
                {
                    lines.Add(line);
                    if (stoppedAt is null && stopsAt?.Invoke(line) == true)
                    {
                        stoppedAt = line;
                        stop.Cancel();
                    }
                }
            }
        }

        Task reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
        bool timedOut = false;
        try
        {
            await process.WaitForExitAsync(stop.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            timedOut = stoppedAt is null;
        }

        await reading;
        return new Ended(process.ExitCode, stoppedAt, timedOut, lines, TimeProvider.System.GetElapsedTime(begun).TotalSeconds);
    }
}
