using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace S2M.Mutation.Benchmarks.Mutants;

/// <summary>The operators of mutation: what may take the place of a node.</summary>
/// <param name="model">Types of the original file.</param>
internal sealed class Replacements(SemanticModel model)
{
    private const string Arithmetic = "arithmetic";
    private const string Boundary = "boundary";
    private const string Negation = "negation";
    private const string Logic = "logic";
    private const string Unary = "unary removed";
    private const string Constant = "constant";
    private const string Extremum = "min max";
    private const string Branch = "branch";
    private const string Jump = "jump removed";
    private const string Statement = "statement removed";

    private static readonly Dictionary<SyntaxKind, (string Operator, string Token)[]> Binary = new()
    {
        [SyntaxKind.AddExpression] = [(Arithmetic, "-")],
        [SyntaxKind.SubtractExpression] = [(Arithmetic, "+")],
        [SyntaxKind.MultiplyExpression] = [(Arithmetic, "/")],
        [SyntaxKind.DivideExpression] = [(Arithmetic, "*")],
        [SyntaxKind.ModuloExpression] = [(Arithmetic, "/")],
        [SyntaxKind.LessThanExpression] = [(Boundary, "<="), (Negation, ">=")],
        [SyntaxKind.LessThanOrEqualExpression] = [(Boundary, "<"), (Negation, ">")],
        [SyntaxKind.GreaterThanExpression] = [(Boundary, ">="), (Negation, "<=")],
        [SyntaxKind.GreaterThanOrEqualExpression] = [(Boundary, ">"), (Negation, "<")],
        [SyntaxKind.EqualsExpression] = [(Negation, "!=")],
        [SyntaxKind.NotEqualsExpression] = [(Negation, "==")],
        [SyntaxKind.LogicalAndExpression] = [(Logic, "||")],
        [SyntaxKind.LogicalOrExpression] = [(Logic, "&&")],
    };

    private static readonly Dictionary<SyntaxKind, string> Compound = new()
    {
        [SyntaxKind.AddAssignmentExpression] = "-=",
        [SyntaxKind.SubtractAssignmentExpression] = "+=",
        [SyntaxKind.MultiplyAssignmentExpression] = "/=",
        [SyntaxKind.DivideAssignmentExpression] = "*=",
    };

    /// <summary>What may take the place of an expression.</summary>
    internal IEnumerable<Replacement> OfExpression(ExpressionSyntax expression) => DeclaresNames(expression) ? [] : expression switch
    {
        BinaryExpressionSyntax binary when Binary.TryGetValue(binary.Kind(), out var tokens) && !IsText(binary)
            => tokens.Select(token => new Replacement(token.Operator, $"{Operand(binary.Left)} {token.Token} {Operand(binary.Right)}")),
        PrefixUnaryExpressionSyntax unary when unary.Kind() is SyntaxKind.UnaryMinusExpression or SyntaxKind.LogicalNotExpression => [new(Unary, unary.Operand.ToString())],
        IsPatternExpressionSyntax { Pattern: ConstantPatternSyntax or UnaryPatternSyntax { Pattern: ConstantPatternSyntax } } pattern => [new(Negation, $"!({pattern})")],
        LiteralExpressionSyntax literal when literal.IsKind(SyntaxKind.NumericLiteralExpression) => [new(Constant, Changed(literal.Token.Value, literal.ToString()))],
        ConditionalExpressionSyntax conditional when conditional.WhenTrue is not ThrowExpressionSyntax && conditional.WhenFalse is not ThrowExpressionSyntax
            => [new(Branch, conditional.WhenTrue.ToString()), new(Branch, conditional.WhenFalse.ToString())],
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "Max" or "Min" } called } call when IsOfNumbers(called)
            => [new(Extremum, $"{called.Expression}.{(called.Name.Identifier.Text == "Max" ? "Min" : "Max")}{call.ArgumentList}")],
        _ => [],
    };

    /// <summary>What may take the place of a use of a constant of ours: one mutant for all uses.</summary>
    /// <param name="expression">A name.</param>
    /// <param name="constant">The constant.</param>
    internal Replacement? OfConstant(ExpressionSyntax expression, out ISymbol? constant)
    {
        constant = expression is IdentifierNameSyntax or MemberAccessExpressionSyntax ? model.GetSymbolInfo(expression).Symbol : null;
        object? value = constant switch
        {
            IFieldSymbol { IsConst: true, ContainingType.TypeKind: not TypeKind.Enum } field when field.DeclaringSyntaxReferences.Length > 0 => field.ConstantValue,
            ILocalSymbol { IsConst: true } local => local.ConstantValue,
            _ => null,
        };
        return value is int or long or uint or ulong or double or float ? new Replacement(Constant, Changed(value, expression.ToString())) : null;
    }

    /// <summary>What may take the place of a statement.</summary>
    internal IEnumerable<Replacement> OfStatement(StatementSyntax statement)
    {
        if (DeclaresNames(statement))
        {
            yield break;
        }

        switch (statement)
        {
            case ContinueStatementSyntax or BreakStatementSyntax or YieldStatementSyntax { Expression: null }:
            case ReturnStatementSyntax when statement.Parent is IfStatementSyntax or ElseClauseSyntax or BlockSyntax { Parent: not MemberDeclarationSyntax }:
                yield return new Replacement(Jump, string.Empty);
                break;
            case ExpressionStatementSyntax { Expression: AssignmentExpressionSyntax assignment }:
                yield return new Replacement(Statement, string.Empty);
                if (Compound.TryGetValue(assignment.Kind(), out string? token) && !IsText(assignment))
                {
                    yield return new Replacement(Arithmetic, $"{assignment.Left} {token} {assignment.Right};");
                }

                break;
            case ExpressionStatementSyntax { Expression: InvocationExpressionSyntax call } when !OnlyThrows(call):
            case ExpressionStatementSyntax { Expression: PostfixUnaryExpressionSyntax or PrefixUnaryExpressionSyntax }:
                yield return new Replacement(Statement, string.Empty);
                break;
            default:
                break;
        }
    }

    /// <summary>Whether a call is a check of arguments: a method named Throw...</summary>
    internal static bool OnlyThrows(InvocationExpressionSyntax call)
        => (call.Expression is MemberAccessExpressionSyntax access ? access.Name : call.Expression).ToString().StartsWith("Throw", StringComparison.Ordinal);

    // Names that a pattern, an out argument or a declaration brings in cannot stand twice in one scope; those of a lambda's own can.
    private static bool DeclaresNames(SyntaxNode node) => node
        .DescendantNodes(static inner => inner is not AnonymousFunctionExpressionSyntax)
        .Any(static inner => inner is VariableDesignationSyntax and not DiscardDesignationSyntax);

    // Texts are cut from the source with their own parentheses; only && binds closer than ||.
    private static string Operand(ExpressionSyntax operand)
        => operand.Kind() is SyntaxKind.LogicalOrExpression or SyntaxKind.LogicalAndExpression ? $"({operand})" : operand.ToString();

    private static string Changed(object? value, string text)
    {
        string suffix = text.Length > 0 && char.IsAsciiDigit(text[0]) && !text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? text[(text.AsSpan().LastIndexOfAnyInRange('0', '9') + 1)..]
            : string.Empty;
        return Convert.ToDouble(value, CultureInfo.InvariantCulture) switch
        {
            0 => $"1{suffix}",
            1 => $"0{suffix}",
            2 => $"3{suffix}",
            _ => $"2 * {text}",
        };
    }

    private bool IsText(ExpressionSyntax expression)
        => model.GetTypeInfo(expression).Type is not { } type || type.SpecialType == SpecialType.System_String || type.TypeKind == TypeKind.Delegate;

    private bool IsOfNumbers(MemberAccessExpressionSyntax called)
        => model.GetSymbolInfo(called).Symbol is IMethodSymbol { IsStatic: true, Parameters.Length: 2, ContainingType.Name: nameof(Math) or nameof(Double) or nameof(Int32) };
}
