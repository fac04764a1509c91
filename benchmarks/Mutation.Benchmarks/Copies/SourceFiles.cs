using System.Diagnostics;
using System.Security.Cryptography;
using S2M.Model.Benchmarks;

namespace S2M.Mutation.Benchmarks.Copies;

/// <summary>The repository's tracked files as they stand in the working tree.</summary>
internal sealed class SourceFiles
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private SourceFiles(IReadOnlyList<string> paths) => Paths = paths;

    /// <summary>From the repository's root, sorted.</summary>
    internal IReadOnlyList<string> Paths { get; }

    /// <summary>Lists them.</summary>
    /// <exception cref="BenchmarkException">Git does not know.</exception>
    internal static async Task<SourceFiles> ListAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("git", ["-c", "core.quotepath=off", "ls-files"]) { WorkingDirectory = Repository.Root };
        Ended listed = await ChildProcess.RunAsync(start, Limit, null, cancellationToken);
        return listed.ExitCode == 0
            ? new SourceFiles([.. listed.Lines.Where(path => File.Exists(At(path))).Order(StringComparer.Ordinal)])
            : throw new BenchmarkException($"git ls-files: expected exit code 0, got {listed.ExitCode} ({string.Join(' ', listed.Lines)}); run it in a checkout");
    }

    /// <summary>Where a file of the repository lies.</summary>
    internal static string At(string path) => Path.Combine(Repository.Root, path);

    /// <summary>Files below a folder with an ending.</summary>
    internal IEnumerable<string> Below(string folder, string ending)
        => Paths.Where(path => path.StartsWith(folder, StringComparison.Ordinal) && path.EndsWith(ending, StringComparison.Ordinal));

    /// <summary>SHA-256 of everything that decides whether a mutant is caught: the code of src and of the model's tests.</summary>
    internal string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string path in Below("src/", string.Empty).Concat(Below("tests/Model.Tests/", string.Empty)))
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(path));
            hash.AppendData(File.ReadAllBytes(At(path)));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
