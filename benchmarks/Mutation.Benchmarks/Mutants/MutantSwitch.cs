using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace S2M.Mutation.Benchmarks.Mutants;

/// <summary>How one of all compiled mutants is chosen: by a variable of the environment that the mutated library reads once.</summary>
internal static partial class MutantSwitch
{
    /// <summary>The variable; its value is a mutant's number.</summary>
    internal const string Variable = "S2M_MUTANT";

    /// <summary>The file that the copy gets.</summary>
    internal const string File = "src/Model/MutantSwitch.cs";

    /// <summary>The variable that names a file; at the end of the process the numbers of the mutants that it came past are added there, one a line.</summary>
    internal const string ReachedVariable = "S2M_MUTANTS_REACHED";

    /// <summary>What stands in it. A read-only static is a constant to the compiler of hot code: what is not switched on costs nothing there.</summary>
    internal const string Source = $$"""
        namespace S2M.Model;

        internal static class MutantSwitch
        {
            private static readonly int Active = int.Parse(System.Environment.GetEnvironmentVariable("{{Variable}}") ?? "-1", System.Globalization.CultureInfo.InvariantCulture);
            private static readonly bool[]? Reached = Watch(System.Environment.GetEnvironmentVariable("{{ReachedVariable}}"));

            internal static bool Is(int id)
            {
                if (Reached is not null)
                {
                    Reached[id] = true;
                }

                return Active == id;
            }

            private static bool[]? Watch(string? path)
            {
                if (path is null)
                {
                    return null;
                }

                var reached = new bool[1 << 16];
                System.AppDomain.CurrentDomain.ProcessExit += (_, _) => System.IO.File.AppendAllLines(
                    path, System.Linq.Enumerable.Range(0, reached.Length).Where(id => reached[id]).Select(id => id.ToString(System.Globalization.CultureInfo.InvariantCulture)));
                return reached;
            }
        }
        """;

    /// <summary>The test of a mutant.</summary>
    internal static string Test(int number) => $"global::S2M.Model.MutantSwitch.Is({number})";

    /// <summary>The mutant whose switch a node of a mutated file is.</summary>
    /// <param name="node">Any node.</param>
    /// <param name="mutated">The branch that holds what is mutated.</param>
    /// <returns>Its number; null where the node is no switch.</returns>
    internal static int? NumberOf(SyntaxNode node, out SyntaxNode? mutated)
    {
        (ExpressionSyntax? condition, mutated) = node switch
        {
            ConditionalExpressionSyntax conditional => (conditional.Condition, (SyntaxNode?)conditional.WhenTrue),
            IfStatementSyntax chosen => (chosen.Condition, chosen.Statement),
            _ => (null, null),
        };
        return condition is not null && Pattern().Match(condition.ToString()) is { Success: true } match
            ? int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture)
            : null;
    }

    [GeneratedRegex(@"^global::S2M\.Model\.MutantSwitch\.Is\((?<number>\d+)\)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Pattern();
}
