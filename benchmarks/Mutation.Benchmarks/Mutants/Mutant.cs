namespace S2M.Mutation.Benchmarks.Mutants;

/// <summary>One small change of the sources that a check should notice.</summary>
/// <param name="Id">What switches it on; the same for the same sources.</param>
/// <param name="File">The file, from the repository's root.</param>
/// <param name="Line">Line of the original, from 1.</param>
/// <param name="Member">The method, property or constant it lies in.</param>
/// <param name="Operator">The kind of change.</param>
/// <param name="Original">The text that is replaced, on one line.</param>
/// <param name="Mutated">What takes its place; empty where a statement is left out.</param>
/// <param name="Within">The line it lies on, the original between « and »: tells it from others of the same text.</param>
internal sealed record Mutant(int Id, string File, int Line, string Member, string Operator, string Original, string Mutated, string Within)
{
    private const string AdjointFolder = "src/Model/ImplicitDifferentiation/";

    /// <summary>The folders that are mutated, from the repository's root.</summary>
    internal static IReadOnlyList<string> Folders { get; } = [AdjointFolder, "src/Model/Mixture/"];

    /// <summary>Whether it is one of the gradient through a fit.</summary>
    internal bool IsOfAdjoint => File.StartsWith(AdjointFolder, StringComparison.Ordinal);
}
