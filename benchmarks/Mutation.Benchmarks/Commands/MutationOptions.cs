using System.CommandLine;
using System.Globalization;
using S2M.Model.Benchmarks;
using S2M.Mutation.Benchmarks.Mutants;

namespace S2M.Mutation.Benchmarks.Commands;

/// <summary>What all commands share: which mutants, where they are built, and where results go.</summary>
internal sealed class MutationOptions
{
    private readonly Option<string?> _only = new("--only") { Description = "Mutants of files whose path holds this text.", HelpName = "TEXT" };
    private readonly Option<string?> _ids = new("--ids") { Description = "Mutants of these numbers, such as 1,5-9.", HelpName = "LIST" };
    private readonly Option<int> _jobs = new("--jobs") { Description = "Mutants that are tried at the same time.", HelpName = "N", DefaultValueFactory = static _ => 1 };

    private readonly Option<string> _work = new("--work")
    {
        Description = "Where the mutated copy of the repository is built; kept, and used again for the same sources.",
        HelpName = "DIR",
        DefaultValueFactory = static _ => Path.Combine(Path.GetTempPath(), "s2m-mutation"),
    };

    private readonly Option<string> _json = new("--json")
    {
        Description = "Where results go as they come; mutants that have one there are not tried again.",
        HelpName = "FILE",
        DefaultValueFactory = static _ => Path.Combine(Repository.Root, "benchmarks", "results", "raw", "latest_mutation.json"),
    };

    /// <summary>The options that choose mutants.</summary>
    internal IReadOnlyList<Option> Choosing => [_only, _ids];

    /// <summary>The options of commands that run mutants.</summary>
    internal IReadOnlyList<Option> Running => [_only, _ids, _jobs, _work, _json];

    /// <summary>Mutants at the same time.</summary>
    /// <exception cref="BenchmarkException">Fewer than 1.</exception>
    internal int Jobs(ParseResult result)
    {
        int jobs = result.GetValue(_jobs);
        return jobs >= 1 ? jobs : throw new BenchmarkException($"--jobs: expected at least 1, got {jobs}; give a number of processes");
    }

    /// <summary>The folder of the copy.</summary>
    internal string Work(ParseResult result) => Path.GetFullPath(result.GetValue(_work)!);

    /// <summary>The file of results.</summary>
    internal string Json(ParseResult result) => result.GetValue(_json)!;

    /// <summary>The mutants that are meant.</summary>
    /// <exception cref="BenchmarkException">None are, or the list cannot be read.</exception>
    internal IReadOnlyList<Mutant> Choose(ParseResult result, IReadOnlyList<Mutant> mutants)
    {
        string? only = result.GetValue(_only);
        Func<int, bool> isListed = result.GetValue(_ids) is { } ids ? Listed(ids) : static _ => true;
        Mutant[] chosen = [.. mutants.Where(mutant => (only is null || mutant.File.Contains(only, StringComparison.OrdinalIgnoreCase)) && isListed(mutant.Id))];
        return chosen.Length > 0 ? chosen : throw new BenchmarkException("--only, --ids: expected at least one mutant, got none; see list");
    }

    private static Func<int, bool> Listed(string ids)
    {
        (int First, int Last)[] ranges = [.. ids.Split(',').Select(range =>
        {
            string[] ends = range.Split('-', 2);
            return int.TryParse(ends[0], CultureInfo.InvariantCulture, out int first) && int.TryParse(ends[^1], CultureInfo.InvariantCulture, out int last)
                ? (first, last)
                : throw new BenchmarkException($"--ids: expected numbers and ranges such as 1,5-9, got '{range}'; see list");
        })];
        return id => ranges.Any(range => range.First <= id && id <= range.Last);
    }
}
