using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using S2M.Model.Benchmarks;

namespace S2M.Cluster.Benchmarks.Processes;

/// <summary><c>benchmarks/peers/all_reduce.py</c>: what two processes of this machine need to add a vector with gloo.</summary>
internal static class GlooPeer
{
    /// <summary>The median of some all-reduces.</summary>
    /// <param name="python">An interpreter with PyTorch.</param>
    /// <param name="numbers">float32 numbers.</param>
    /// <returns>Seconds; null where there is no PyTorch, which is said.</returns>
    /// <exception cref="BenchmarkException">It ran and failed.</exception>
    internal static async Task<double?> SecondsAsync(string python, int numbers)
    {
        if (!File.Exists(python) || await RunAsync(python, "-c", "import torch.distributed") is (not 0, _, _))
        {
            await Console.Error.WriteLineAsync($"gloo: not measured: {python} with PyTorch is not there (Debian: python3-torch); name another with --python");
            return null;
        }

        (int code, string output, string errors) = await RunAsync(
            python, Repository.FileAt("benchmarks", "peers", "all_reduce.py"), "--numbers", numbers.ToString(CultureInfo.InvariantCulture));
        if (code != 0)
        {
            throw new BenchmarkException($"all_reduce.py: expected exit code 0, got {code}: {errors.Trim()}");
        }

        using var answer = JsonDocument.Parse(output);
        double[] seconds = [.. answer.RootElement.GetProperty("seconds").EnumerateArray().Select(static value => value.GetDouble()).Order()];
        return seconds[seconds.Length / 2];
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }
}
