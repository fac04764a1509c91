using S2M.Model.Benchmarks.Reports;
using Spectre.Console;

namespace S2M.Mutation.Benchmarks.Results;

/// <summary>Prints what is known: a table by file, the mutants that nothing caught, a line for each figure.</summary>
internal static class ResultView
{
    private const int LineWidth = 190;

    /// <summary>Prints.</summary>
    /// <param name="file">The results.</param>
    /// <param name="dropped">Candidates that did not compile.</param>
    /// <returns>Whether no figure falls short.</returns>
    internal static bool Write(ResultFile file, int dropped)
    {
        IReadOnlyList<MutantResult> all = file.Results;
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = LineWidth;
        }

        int ofAdjoint = all.Count(static one => one.Mutant.IsOfAdjoint);
        Console.WriteLine($"{all.Count} mutants, {ofAdjoint} of the adjoint; {all.Count(static one => !one.Counts)} equivalent; {dropped} candidates did not compile");
        AnsiConsole.Write(ByGroup("file", all, static one => one.Mutant.File));
        AnsiConsole.Write(ByGroup("operator", all, static one => one.Mutant.Operator));
        foreach (MutantResult one in all.Where(static one => one.IsCaughtBySelfTest == false && one.IsCaught != true && one.Counts))
        {
            string by = one.IsCaught is null ? "selftest" : "selftest nor tests";
            Console.WriteLine($"not caught by {by}: {one.Mutant.Id} {one.Mutant.File}:{one.Mutant.Line} {one.Mutant.Member}: {one.Mutant.Within} -> {Shown(one.Mutant.Mutated)}");
        }

        foreach (MutantResult one in all.Where(static one => one.EquivalentBecause is not null && one.IsCaught == true))
        {
            Console.WriteLine($"equivalent.json is wrong: {one.Mutant.Id} {one.Mutant.File} {one.Mutant.Member}: {one.Mutant.Original} -> {Shown(one.Mutant.Mutated)} was caught");
        }

        foreach (EquivalentMutant one in file.Unmatched)
        {
            Console.WriteLine($"equivalent.json has what the sources have not: {one.File} {one.Member}: {one.Original} -> {Shown(one.Mutated)}");
        }

        IReadOnlyList<Figure> figures = MutationFigures.Of(all);
        Console.WriteLine($"results: {Path.GetRelativePath(Environment.CurrentDirectory, file.Path)}");
        foreach (Figure figure in figures)
        {
            Console.WriteLine(figure);
        }

        return figures.All(static figure => figure.Holds != false);
    }

    private static string Shown(string mutated) => mutated.Length == 0 ? "nothing" : mutated;

    private static Table ByGroup(string title, IReadOnlyList<MutantResult> results, Func<MutantResult, string> key)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn(title);
        foreach (string column in new[] { "mutants", "tried", "caught by selftest", "by tests only", "by neither", "equivalent" })
        {
            table.AddColumn(new TableColumn(column).RightAligned().NoWrap());
        }

        foreach (IGrouping<string, MutantResult> group in results.GroupBy(key, StringComparer.Ordinal))
        {
            table.AddRow(
                Markup.Escape(group.Key),
                $"{group.Count()}",
                $"{group.Count(static one => one.SelfTest is not null)}",
                $"{group.Count(static one => one.IsCaughtBySelfTest == true)}",
                $"{group.Count(static one => one.Tests?.CaughtBy is not null)}",
                $"{group.Count(static one => one.Counts && one.IsCaught == false)}",
                $"{group.Count(static one => !one.Counts)}");
        }

        return table;
    }
}
