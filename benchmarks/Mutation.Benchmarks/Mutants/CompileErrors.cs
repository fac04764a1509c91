using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace S2M.Mutation.Benchmarks.Mutants;

/// <summary>Which mutants an error of the compiler is laid to.</summary>
internal static class CompileErrors
{
    // Use before assignment, missing assignments and returns, falling out of a case: reported where the flow ends, not where a statement went missing.
    private static readonly HashSet<string> OfFlow = ["CS0161", "CS0163", "CS0165", "CS0170", "CS0171", "CS0177", "CS0269", "CS1643", "CS8070", "CS8795"];

    /// <summary>The numbers of the mutants.</summary>
    /// <param name="error">An error in a mutated file.</param>
    internal static IEnumerable<int> Blamed(Diagnostic error)
    {
        if (error.Location.SourceTree is not { } tree)
        {
            return [];
        }

        SyntaxNode node = tree.GetRoot().FindNode(error.Location.SourceSpan, getInnermostNodeForTie: true);
        int? around = node.AncestorsAndSelf().Select(ancestor => MutatedAround(ancestor, error)).FirstOrDefault(static number => number is not null);
        if (around is not null)
        {
            return [around.Value];
        }

        if (OfFlow.Contains(error.Id))
        {
            SyntaxNode? member = node.AncestorsAndSelf().FirstOrDefault(static ancestor => ancestor is MemberDeclarationSyntax);
            return member?.DescendantNodes().OfType<IfStatementSyntax>().Select(static chosen => MutantSwitch.NumberOf(chosen, out _)).OfType<int>() ?? [];
        }

        // The type of a whole switch does not fit, or it may not stand where it does.
        SyntaxNode[] within = [.. node.DescendantNodesAndSelf().Where(inner => error.Location.SourceSpan.Contains(inner.Span) && MutantSwitch.NumberOf(inner, out _) is not null)];
        IEnumerable<SyntaxNode> above = node.AncestorsAndSelf().Where(static ancestor => MutantSwitch.NumberOf(ancestor, out _) is not null);
        return (within.Length > 0 ? within : above).Take(1).Select(static inner => MutantSwitch.NumberOf(inner, out _)!.Value);
    }

    private static int? MutatedAround(SyntaxNode node, Diagnostic error)
        => MutantSwitch.NumberOf(node, out SyntaxNode? mutated) is { } number && mutated!.Span.Contains(error.Location.SourceSpan) ? number : null;
}
