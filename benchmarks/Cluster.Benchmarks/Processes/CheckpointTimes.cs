using System.Globalization;
using S2M.Model.Benchmarks;

namespace S2M.Cluster.Benchmarks.Processes;

/// <summary>When the checkpoints of a run were written, by their files: the run's own clock, which costs it nothing.</summary>
/// <param name="folder">A folder with the checkpoints of one run somewhere below it.</param>
internal sealed class CheckpointTimes(string folder)
{
    private const string Prefix = "step-";

    /// <summary>The newest step that has a whole checkpoint; 0 where none has.</summary>
    internal int Newest => Steps().Keys.DefaultIfEmpty(0).Max();

    /// <summary>Seconds from one checkpoint to a later one.</summary>
    /// <exception cref="BenchmarkException">One of them is not there.</exception>
    internal double Between(int first, int last)
    {
        Dictionary<int, DateTime> steps = Steps();
        return steps.TryGetValue(first, out DateTime from) && steps.TryGetValue(last, out DateTime to)
            ? (to - from).TotalSeconds
            : throw new BenchmarkException($"checkpoints in {folder}: expected those of steps {first} and {last}, got {string.Join(", ", steps.Keys.Order())}");
    }

    // The manifest is written last.
    private Dictionary<int, DateTime> Steps() => Directory.Exists(folder)
        ? Directory.GetFiles(folder, "manifest.json", SearchOption.AllDirectories)
            .Select(static manifest => (Step: Path.GetFileName(Path.GetDirectoryName(manifest)!), At: File.GetLastWriteTimeUtc(manifest)))
            .Where(static found => found.Step.StartsWith(Prefix, StringComparison.Ordinal))
            .ToDictionary(static found => int.Parse(found.Step[Prefix.Length..], CultureInfo.InvariantCulture), static found => found.At)
        : [];
}
