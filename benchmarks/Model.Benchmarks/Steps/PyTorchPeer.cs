using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using S2M.Model.Benchmarks.Rounds;

namespace S2M.Model.Benchmarks.Steps;

/// <summary>
/// <c>benchmarks/peers/conv4_step.py --serve</c> as a child process: it times steps when asked and idles in between, so that rounds of both sides alternate
/// on one machine.
/// </summary>
internal sealed class PyTorchPeer : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    private PyTorchPeer(Process process, Task<string> errors)
    {
        _process = process;
        _errors = errors;
    }

    /// <summary>The peer's forms of the network: as usually written, max-pool before ReLU, that in channels-last memory order.</summary>
    internal static IReadOnlyList<string> Forms { get; } = ["as_written", "pool_first", "channels_last"];

    /// <summary>Its versions, in words.</summary>
    internal string Description { get; private set; } = string.Empty;

    /// <summary>Starts the peer and lets it read its files.</summary>
    /// <param name="python">The interpreter.</param>
    /// <param name="folder">Holds images.f32, parameters.f32 and cotangent.f32; receives answer.f32.</param>
    /// <param name="batch">Images of a step.</param>
    /// <returns>The peer, or why there is none.</returns>
    internal static (PyTorchPeer? Peer, string Reason) Start(string python, string folder, int batch)
    {
        if (!File.Exists(python))
        {
            return (null, $"no interpreter at {python}; install python3 and python3-torch, or give --python");
        }

        var start = new ProcessStartInfo(python)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { Repository.FileAt("benchmarks", "peers", "conv4_step.py"), "--serve", folder, "--batch", batch.ToString(CultureInfo.InvariantCulture) },
        };
        Process process = Process.Start(start) ?? throw new BenchmarkException($"{python}: expected a new process, got none; check the interpreter");
        var peer = new PyTorchPeer(process, process.StandardError.ReadToEndAsync());
        if (process.StandardOutput.ReadLine() is not { } line)
        {
            string reason = peer.LastWords();
            peer.Dispose();
            return (null, $"the peer ended at once: {reason}; install python3-torch and python3-numpy for {python}");
        }

        using JsonDocument answer = JsonDocument.Parse(line);
        JsonElement root = answer.RootElement;
        peer.Description = $"{root.GetProperty("library").GetString()} on Python {root.GetProperty("python").GetString()}, {root.GetProperty("threads")} thread, "
            + $"{(root.GetProperty("tuned_allocator").GetBoolean() ? "tuned" : "default")} allocator";
        return (peer, string.Empty);
    }

    /// <summary>Runs steps of a form.</summary>
    /// <param name="form">One of <see cref="Forms"/>.</param>
    /// <param name="steps">How many.</param>
    /// <param name="kind">Which time the peer measures, by itself.</param>
    /// <returns>Seconds of each step.</returns>
    internal double[] Time(string form, int steps, ClockKind kind)
    {
        _process.StandardInput.WriteLine($"{form} {steps.ToString(CultureInfo.InvariantCulture)} {(kind == ClockKind.Cpu ? "cpu" : "wall")}");
        _process.StandardInput.Flush();
        string line = _process.StandardOutput.ReadLine() ?? throw new BenchmarkException($"PyTorch peer: expected the times of {steps} steps of {form}, got its end: {LastWords()}; run it alone");
        using JsonDocument answer = JsonDocument.Parse(line);
        return [.. answer.RootElement.GetProperty("seconds").EnumerateArray().Select(static seconds => seconds.GetDouble())];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The end of its input is what ends the peer; one that hangs must not outlive the benchmark.
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(10)))
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private string LastWords()
    {
        _process.WaitForExit();
        string[] lines = _errors.GetAwaiter().GetResult().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines.Length == 0 ? $"exit code {_process.ExitCode}" : lines[^1];
    }
}
