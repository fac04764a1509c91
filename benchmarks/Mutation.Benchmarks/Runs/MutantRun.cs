using System.Diagnostics;
using System.Globalization;
using S2M.Mutation.Benchmarks.Copies;
using S2M.Mutation.Benchmarks.Mutants;

namespace S2M.Mutation.Benchmarks.Runs;

/// <summary>What a run said of a mutant.</summary>
/// <param name="CaughtBy">The check or the way of ending that caught it; null where nothing did.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record Verdict(string? CaughtBy, double Seconds);

/// <summary>A program of the copy that is run with one mutant switched on.</summary>
/// <param name="copy">The copy.</param>
/// <param name="arguments">The built library and its arguments.</param>
/// <param name="tells">Whether a line says that something was caught; the process is stopped there.</param>
internal sealed class MutantRun(WorkingCopy copy, IReadOnlyList<string> arguments, Func<string, bool> tells)
{
    private const double Patience = 5;
    private const string HeapLimit = "0x100000000";
    private const string Details = " (details";

    private static readonly string[] Messages = ["error: ", "Unhandled exception"];

    // Other mutants, and whatever else the machine does, run beside it.
    private static readonly TimeSpan Least = TimeSpan.FromMinutes(4);

    private readonly HashSet<int> _reached = [];
    private TimeSpan _limit = TimeSpan.FromMinutes(10);

    /// <summary>Runs without a mutant, and takes from it the limit of other runs, and which mutants it comes past.</summary>
    /// <returns>What was found, and what the process wrote.</returns>
    internal async Task<(Verdict Verdict, string Output)> CalibrateAsync(CancellationToken cancellationToken)
    {
        string reached = Path.Combine(copy.Scratch, Path.GetRandomFileName());
        (Verdict verdict, Ended ended) = await RunAsync(-1, cancellationToken, reached);
        _limit = TimeSpan.FromSeconds(Math.Max(Least.TotalSeconds, Patience * verdict.Seconds));
        if (verdict.CaughtBy is null)
        {
            _reached.UnionWith((await File.ReadAllLinesAsync(reached, cancellationToken)).Select(static line => int.Parse(line, CultureInfo.InvariantCulture)));
        }

        return (verdict, string.Join('\n', ended.Lines));
    }

    /// <summary>Whether the run comes past a mutant: if not, it cannot catch it.</summary>
    /// <param name="mutant">Its number.</param>
    internal bool Reaches(int mutant) => _reached.Contains(mutant);

    /// <summary>Runs with a mutant.</summary>
    /// <param name="mutant">Its number.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    internal async Task<Verdict> TryAsync(int mutant, CancellationToken cancellationToken) => (await RunAsync(mutant, cancellationToken)).Verdict;

    private async Task<(Verdict Verdict, Ended Ended)> RunAsync(int mutant, CancellationToken cancellationToken, string? reached = null)
    {
        // Its own folder for temporary files, since a process that is stopped clears nothing up.
        string scratch = Path.Combine(copy.Scratch, mutant.ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(scratch);
        try
        {
            var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = scratch };
            start.Environment["TMPDIR"] = scratch;
            start.Environment["DOTNET_GCHeapHardLimit"] = HeapLimit;
            start.Environment["DOTNET_EnableDiagnostics"] = "0";
            start.Environment[MutantSwitch.Variable] = mutant.ToString(CultureInfo.InvariantCulture);
            start.Environment[MutantSwitch.ReachedVariable] = reached;
            Ended ended = await ChildProcess.RunAsync(start, _limit, tells, cancellationToken);
            string? caughtBy = ended switch
            {
                { StoppedAt: { } line } => line.Trim(),
                { TimedOut: true } => $"no end within {_limit.TotalSeconds:0} s",
                { ExitCode: not 0 } => $"exit code {ended.ExitCode}: {WhatItSaid(ended)}",
                _ => null,
            };
            return (new Verdict(caughtBy, ended.Seconds), ended);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    // Of an error its message, of a crash its first line; without places on this machine.
    private static string WhatItSaid(Ended ended)
    {
        string said = ended.Lines.FirstOrDefault(static line => Messages.Any(message => line.StartsWith(message, StringComparison.Ordinal)))
            ?? ended.Lines.FirstOrDefault(static line => !string.IsNullOrWhiteSpace(line)) ?? string.Empty;
        return said.Split(Details)[0].Trim();
    }
}
