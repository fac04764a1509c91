using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace S2M.Mutation.Benchmarks.Mutants;

/// <summary>Writes every mutant of a file into it, each behind its switch; a mutant's own branch holds the original of everything else.</summary>
/// <param name="model">Types of the original file.</param>
/// <param name="file">The file, from the repository's root.</param>
/// <param name="register">Where candidates get their numbers.</param>
internal sealed class MutantRewriter(SemanticModel model, string file, MutantRegister register) : CSharpSyntaxRewriter
{
    private readonly Replacements _replacements = new(model);

    /// <inheritdoc/>
    public override SyntaxNode? Visit(SyntaxNode? node)
    {
        switch (node)
        {
            case null or AttributeListSyntax or ThrowStatementSyntax or ThrowExpressionSyntax or InterpolatedStringExpressionSyntax or PatternSyntax or SwitchLabelSyntax:
            case ParameterSyntax or FieldDeclarationSyntax or LocalDeclarationStatementSyntax when IsConstant(node):
            case IfStatementSyntax { Else: null } check when IsThrow(check.Statement):
            case InvocationExpressionSyntax call when Replacements.OnlyThrows(call) || call.Expression is IdentifierNameSyntax { Identifier.Text: "nameof" }:
                return node;
            case ConditionalExpressionSyntax { WhenFalse: ThrowExpressionSyntax } kept:
                return kept.WithWhenTrue((ExpressionSyntax)Visit(kept.WhenTrue)!);
            case ConditionalExpressionSyntax { WhenTrue: ThrowExpressionSyntax } kept:
                return kept.WithWhenFalse((ExpressionSyntax)Visit(kept.WhenFalse)!);
            case NameSyntax or MemberAccessExpressionSyntax when _replacements.OfConstant((ExpressionSyntax)node, out ISymbol? constant) is { } change:
                return OfConstant((ExpressionSyntax)node, constant!, change);
            case ExpressionSyntax expression when node is not NameSyntax:
                (int Number, string Text)[] ofExpression = Register(expression, _replacements.OfExpression(expression));
                return ofExpression.Reverse().Aggregate((ExpressionSyntax)base.Visit(expression)!, Switched);
            case StatementSyntax statement:
                (int Number, string Text)[] ofStatement = Register(statement, _replacements.OfStatement(statement));
                return ofStatement.Reverse().Aggregate((StatementSyntax)base.Visit(statement)!, Switched);
            default:
                return base.Visit(node);
        }
    }

    private static ExpressionSyntax Switched(ExpressionSyntax original, (int Number, string Text) mutant)
        => SyntaxFactory.ParseExpression($"({MutantSwitch.Test(mutant.Number)} ? ({mutant.Text}) : ({original}))").WithTriviaFrom(original);

    private static StatementSyntax Switched(StatementSyntax original, (int Number, string Text) mutant)
        => SyntaxFactory.ParseStatement($"if ({MutantSwitch.Test(mutant.Number)}) {{ {mutant.Text} }} else {{ {original} }}").WithTriviaFrom(original);

    private static bool IsThrow(StatementSyntax statement) => statement is ThrowStatementSyntax or BlockSyntax { Statements: [ThrowStatementSyntax] };

    private static bool IsConstant(SyntaxNode node) => node switch
    {
        FieldDeclarationSyntax field => field.Modifiers.Any(SyntaxKind.ConstKeyword),
        LocalDeclarationStatementSyntax local => local.IsConst,
        _ => true,
    };

    private (int Number, string Text)[] Register(SyntaxNode node, IEnumerable<Replacement> replacements)
        => [.. replacements.Select(replacement => (register.Add(file, node, replacement), replacement.Text)).Where(mutant => register.IsKept(mutant.Item1))];

    private ExpressionSyntax OfConstant(ExpressionSyntax use, ISymbol constant, Replacement change)
    {
        int number = register.AddConstant(constant, change);
        return number >= 0 && register.IsKept(number) ? Switched(use, (number, change.Text)) : use;
    }
}
