using System.Diagnostics;
using System.Text.Json;

namespace S2M.Deployment.Tests.Rendering;

/// <summary>Renders folders of manifests with <c>kubectl kustomize</c>, which needs neither a cluster nor a network.</summary>
/// <param name="Path">The program.</param>
internal sealed record Kustomize(string Path)
{
    /// <summary>Finds a kubectl that can render, or says why there is none.</summary>
    /// <param name="missing">Why not, for whoever reads that tests were skipped; empty where there is one.</param>
    internal static Kustomize? Find(out string missing)
    {
        string? path = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => System.IO.Path.Combine(folder, "kubectl")).FirstOrDefault(File.Exists);
        if (path is null)
        {
            missing = "needs kubectl on the PATH; .ci/tools brings it where npm does";
            return null;
        }

        var found = new Kustomize(path);

        // Before 1.21 kubectl had a kustomize of 2019, which does not say its version and cannot read these folders.
        bool knowsItsVersion = JsonDocument.Parse(found.Run("version", "--client", "--output=json")).RootElement.TryGetProperty("kustomizeVersion", out _);
        missing = knowsItsVersion ? string.Empty : $"needs kubectl 1.24 or newer; {path} is older";
        return knowsItsVersion ? found : null;
    }

    /// <summary>The YAML of a folder.</summary>
    /// <param name="folder">A folder with a kustomization.</param>
    /// <exception cref="InvalidOperationException">It cannot be rendered; the message is kubectl's.</exception>
    internal string Render(string folder) => Run("kustomize", folder);

    private string Run(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(Path, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"kubectl {string.Join(' ', arguments)}: expected 0, got {process.ExitCode}: {errors.GetAwaiter().GetResult()}");
    }
}
