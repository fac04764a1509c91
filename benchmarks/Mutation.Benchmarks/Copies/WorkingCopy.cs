using System.Diagnostics;
using S2M.Model.Benchmarks;
using S2M.Mutation.Benchmarks.Mutants;

namespace S2M.Mutation.Benchmarks.Copies;

/// <summary>A copy of the repository whose model has all mutants in it, built once.</summary>
/// <param name="folder">Where it is.</param>
internal sealed class WorkingCopy(string folder)
{
    private const int ShownLines = 30;

    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(30);
    private static readonly string[] Projects = ["src/Local", "tests/Model.Tests"];

    // What a mutated file breaks is style, not meaning.
    private static readonly string[] Switches =
    [
        "-c", "Release", "-v", "quiet", "-nodeReuse:false",
        "-p:UseSharedCompilation=false", "-p:TreatWarningsAsErrors=false", "-p:RunAnalyzers=false", "-p:EnforceCodeStyleInBuild=false", "-p:GenerateDocumentationFile=false",
    ];

    /// <summary>The copied tree.</summary>
    internal string Root { get; } = Path.Combine(folder, "tree");

    /// <summary>Where processes keep what they leave behind.</summary>
    internal string Scratch { get; } = Path.Combine(folder, "scratch");

    private string StampFile => Path.Combine(folder, "built.sha256");

    /// <summary>Copies and builds, unless the same sources with the same mutants are built already.</summary>
    /// <param name="sources">The repository's files.</param>
    /// <param name="mutated">What takes the place of some.</param>
    /// <param name="stamp">Names sources and mutants.</param>
    /// <param name="cancellationToken">Stops the build.</param>
    /// <exception cref="BenchmarkException">The copy does not build, or the folder holds something else.</exception>
    internal async Task BuildAsync(SourceFiles sources, MutatedSources mutated, string stamp, CancellationToken cancellationToken)
    {
        if (File.Exists(StampFile) && await File.ReadAllTextAsync(StampFile, cancellationToken) == stamp)
        {
            return;
        }

        Directory.CreateDirectory(folder);
        File.Delete(StampFile);
        if (Directory.Exists(Root))
        {
            Directory.Delete(Root, recursive: true);
        }

        foreach (string path in sources.Paths)
        {
            string target = Path.Combine(Root, path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(SourceFiles.At(path), target);
        }

        foreach ((string path, string text) in mutated.Files)
        {
            await File.WriteAllTextAsync(Path.Combine(Root, path), text, cancellationToken);
        }

        foreach (string project in Projects)
        {
            await Console.Error.WriteLineAsync($"building {project} with {mutated.Mutants.Count} mutants");
            var start = new ProcessStartInfo("dotnet", ["build", project, .. Switches]) { WorkingDirectory = Root };
            Ended built = await ChildProcess.RunAsync(start, BuildLimit, null, cancellationToken);
            if (built.ExitCode != 0 || built.TimedOut)
            {
                string end = string.Join('\n', built.Lines.TakeLast(ShownLines));
                throw new BenchmarkException($"{project} with mutants: expected that it builds, got exit code {built.ExitCode}:\n{end}");
            }
        }

        await File.WriteAllTextAsync(StampFile, stamp, cancellationToken);
    }

    /// <summary>A built program of the copy.</summary>
    /// <param name="project">Its project's folder.</param>
    /// <param name="file">The library that is run.</param>
    internal string Program(string project, string file)
        => Directory.GetFiles(Path.Combine(Root, project, "bin", "Release"), file, SearchOption.AllDirectories).Order(StringComparer.Ordinal).FirstOrDefault()
            ?? throw new BenchmarkException($"{project}: expected {file} below its bin/Release, got none; delete {folder}");
}
