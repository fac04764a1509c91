using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace S2M.Mutation.Benchmarks.Mutants;

/// <summary>Numbers the candidates in the order in which they are met, the same whenever the same sources are rewritten; some are dropped because they do not compile.</summary>
internal sealed partial class MutantRegister
{
    private readonly IReadOnlySet<int> _dropped;
    private readonly List<Mutant> _all = [];
    private readonly Dictionary<ISymbol, int> _constants = new(SymbolEqualityComparer.Default);

    /// <summary>Begins with nothing met.</summary>
    /// <param name="dropped">Numbers that are not written into files.</param>
    internal MutantRegister(IReadOnlySet<int> dropped) => _dropped = dropped;

    /// <summary>The mutants that compile.</summary>
    internal IEnumerable<Mutant> Kept => _all.Where(mutant => IsKept(mutant.Id));

    /// <summary>Whether a candidate is not dropped.</summary>
    internal bool IsKept(int number) => !_dropped.Contains(number);

    /// <summary>Numbers a candidate.</summary>
    internal int Add(string file, SyntaxNode node, Replacement replacement)
    {
        int number = _all.Count;
        int line = node.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
        _all.Add(new Mutant(number, file, line, MemberOf(node), replacement.Operator, OneLine(node.ToString()), OneLine(replacement.Text), WithinOf(node)));
        return number;
    }

    /// <summary>Numbers a constant; every use of it has the same number.</summary>
    /// <returns>The number; negative where it is declared outside of the mutated folders.</returns>
    internal int AddConstant(ISymbol constant, Replacement replacement)
    {
        SyntaxNode declaration = constant.DeclaringSyntaxReferences[0].GetSyntax();
        if (!_constants.TryGetValue(constant, out int number))
        {
            string file = declaration.SyntaxTree.FilePath;
            number = Mutant.Folders.Any(folder => file.StartsWith(folder, StringComparison.Ordinal)) ? Add(file, declaration, replacement) : -1;
            _constants[constant] = number;
        }

        return number;
    }

    private static string MemberOf(SyntaxNode node) => node.AncestorsAndSelf().Select(static ancestor => ancestor switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        PropertyDeclarationSyntax property => property.Identifier.Text,
        VariableDeclaratorSyntax { Parent.Parent: FieldDeclarationSyntax } field => field.Identifier.Text,
        BaseTypeDeclarationSyntax type => type.Identifier.Text,
        _ => null,
    }).FirstOrDefault(static name => name is not null) ?? string.Empty;

    private static string WithinOf(SyntaxNode node)
    {
        SourceText text = node.SyntaxTree.GetText();
        int first = text.Lines.GetLineFromPosition(node.SpanStart).Start;
        int last = text.Lines.GetLineFromPosition(node.Span.End).End;
        return OneLine($"{text.ToString(TextSpan.FromBounds(first, node.SpanStart))}«{node}»{text.ToString(TextSpan.FromBounds(node.Span.End, last))}");
    }

    private static string OneLine(string text) => Space().Replace(text, " ").Trim();

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex Space();
}
