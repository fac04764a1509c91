using System.Text.Json;
using S2M.Model.Benchmarks;
using S2M.Mutation.Benchmarks.Mutants;

namespace S2M.Mutation.Benchmarks.Results;

/// <summary>A mutant that no check can tell from the original, since both compute the same; found by its text, so that it stays found when lines move.</summary>
/// <param name="File">The file, from the repository's root.</param>
/// <param name="Member">The method, property or constant.</param>
/// <param name="Original">The text that is replaced, as the results have it.</param>
/// <param name="Mutated">What takes its place.</param>
/// <param name="Reason">Why nothing changes.</param>
/// <param name="Within">The line with the original between « and »; null where every such text of the member is meant.</param>
internal sealed record EquivalentMutant(string File, string Member, string Original, string Mutated, string Reason, string? Within = null)
{
    /// <summary>Reads the list that is checked in.</summary>
    /// <exception cref="BenchmarkException">It is no such list, or an entry has no reason.</exception>
    internal static IReadOnlyList<EquivalentMutant> Read()
    {
        string path = Repository.FileAt("benchmarks", "Mutation.Benchmarks", "equivalent.json");
        try
        {
            EquivalentMutant[] all = JsonSerializer.Deserialize<EquivalentMutant[]>(System.IO.File.ReadAllText(path), ResultFile.Format) ?? [];
            return all.FirstOrDefault(static one => string.IsNullOrWhiteSpace(one.Reason)) is { } unexplained
                ? throw new BenchmarkException($"equivalent.json: expected a reason for '{unexplained.Original}' in {unexplained.File}, got none; say why nothing changes")
                : all;
        }
        catch (JsonException problem)
        {
            throw new BenchmarkException($"equivalent.json: expected a list of file, member, original, mutated and reason, got {problem.Message}", problem);
        }
    }

    /// <summary>Whether it is this mutant.</summary>
    internal bool Is(Mutant mutant)
        => mutant.File == File && mutant.Member == Member && mutant.Original == Original && mutant.Mutated == Mutated && (Within is null || mutant.Within == Within);
}
