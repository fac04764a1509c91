using System.Text.Json;
using S2M.Model.Benchmarks;
using S2M.Model.Benchmarks.Reports;
using S2M.Mutation.Benchmarks.Mutants;

namespace S2M.Mutation.Benchmarks.Results;

/// <summary>What the file of results holds.</summary>
/// <param name="Benchmark">Its kind.</param>
/// <param name="Date">Of the last result, UTC.</param>
/// <param name="Machine">Where it ran.</param>
/// <param name="Stamp">Names sources and mutants: results of others say nothing about these.</param>
/// <param name="Figures">What is promised.</param>
/// <param name="Mutants">Every mutant that was tried.</param>
internal sealed record ResultContent(string Benchmark, string Date, Machine Machine, string Stamp, IReadOnlyList<Figure> Figures, IReadOnlyList<MutantResult> Mutants);

/// <summary>Results as they come: each is on disk before the next mutant is tried, so that a run which was stopped goes on where it was.</summary>
internal sealed class ResultFile
{
    private readonly Lock _lock = new();
    private readonly string _stamp;
    private readonly Machine _machine = Machine.Describe();
    private readonly SortedDictionary<int, MutantResult> _results = [];

    /// <summary>Opens the file, or begins it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="stamp">Names sources and mutants.</param>
    /// <param name="mutants">All of them.</param>
    /// <param name="equivalent">Those that change nothing.</param>
    /// <exception cref="BenchmarkException">It holds results of other sources.</exception>
    internal ResultFile(string path, string stamp, IReadOnlyList<Mutant> mutants, IReadOnlyList<EquivalentMutant> equivalent)
    {
        (Path, _stamp) = (path, stamp);
        foreach (Mutant mutant in mutants)
        {
            _results[mutant.Id] = new MutantResult(mutant, null, null, equivalent.FirstOrDefault(one => one.Is(mutant))?.Reason);
        }

        Unmatched = [.. equivalent.Where(one => !mutants.Any(one.Is))];
        if (!File.Exists(path))
        {
            return;
        }

        ResultContent? kept = JsonSerializer.Deserialize<ResultContent>(File.ReadAllText(path), Format);
        if (kept?.Stamp != stamp)
        {
            throw new BenchmarkException($"{path}: expected results of these sources, got those of others; delete it or name another file by --json");
        }

        foreach (MutantResult old in kept.Mutants)
        {
            _results[old.Mutant.Id] = _results[old.Mutant.Id] with { SelfTest = old.SelfTest, Tests = old.Tests };
        }
    }

    /// <summary>How everything here is written.</summary>
    internal static JsonSerializerOptions Format { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        IndentSize = 1,
        NewLine = "\n",
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Where it lies.</summary>
    internal string Path { get; }

    /// <summary>Equivalent mutants that are none of these sources' mutants any more.</summary>
    internal IReadOnlyList<EquivalentMutant> Unmatched { get; }

    /// <summary>What is known of every mutant, by number.</summary>
    internal IReadOnlyList<MutantResult> Results
    {
        get
        {
            lock (_lock)
            {
                return [.. _results.Values];
            }
        }
    }

    /// <summary>Keeps what was learned of a mutant.</summary>
    internal void Keep(int mutant, Func<MutantResult, MutantResult> learned)
    {
        lock (_lock)
        {
            _results[mutant] = learned(_results[mutant]);
            Save();
        }
    }

    private void Save()
    {
        MutantResult[] all = [.. _results.Values];
        MutantResult[] tried = [.. all.Where(static one => one.SelfTest is not null || one.Tests is not null)];
        var content = new ResultContent("mutation", $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd HH:mm}", _machine, _stamp, MutationFigures.Of(all), tried);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!);
        string unfinished = $"{Path}.new";
        File.WriteAllText(unfinished, JsonSerializer.Serialize(content, Format) + "\n");
        File.Move(unfinished, Path, overwrite: true);
    }
}
