using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace S2M.Worker.Tests;

/// <summary>This test program started again as a process of its own, with <c>child</c> and what follows as its arguments.</summary>
internal static class ChildProcess
{
    /// <summary>How to start it.</summary>
    /// <param name="environment">Variables to set.</param>
    /// <param name="arguments">Arguments behind <c>child</c>.</param>
    internal static ProcessStartInfo Describe(IEnumerable<(string Name, string Value)> environment, params IEnumerable<string> arguments)
    {
        // The runtime's own folder is <root>/shared/Microsoft.NETCore.App/<version>.
        string root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        var start = new ProcessStartInfo(Path.Combine(root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in (string[])[Assembly.GetExecutingAssembly().Location, "child", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    /// <summary>Runs it to its end.</summary>
    /// <param name="start">How to start it.</param>
    /// <returns>Exit code, standard output, standard error.</returns>
    internal static async Task<(int ExitCode, string Output, string Errors)> RunAsync(ProcessStartInfo start)
    {
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await errors);
    }
}
