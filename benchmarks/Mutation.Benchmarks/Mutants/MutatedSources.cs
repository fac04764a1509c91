using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using S2M.Model.Benchmarks;
using S2M.Mutation.Benchmarks.Copies;

namespace S2M.Mutation.Benchmarks.Mutants;

/// <summary>The model's sources with all mutants in them, and the mutants. They are compiled in memory until only mutants that compile are left.</summary>
/// <param name="Mutants">By number; those that do not compile are missing.</param>
/// <param name="Files">The mutated files and the switch, by path from the repository's root.</param>
/// <param name="Dropped">How many candidates did not compile.</param>
internal sealed record MutatedSources(IReadOnlyList<Mutant> Mutants, IReadOnlyDictionary<string, string> Files, int Dropped)
{
    private const string Library = "S2M.Model";
    private const string ModelFolder = "src/Model/";
    private const int MostAttempts = 60;

    private static readonly string[] ImplicitUsings =
        ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks"];

    private static readonly CSharpCompilationOptions Options = new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable);

    /// <summary>Mutates.</summary>
    /// <param name="sources">The repository's files.</param>
    /// <exception cref="BenchmarkException">The sources do not compile, with or without mutants.</exception>
    internal static MutatedSources Create(SourceFiles sources)
    {
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        SyntaxTree Parse(string text, string path) => CSharpSyntaxTree.ParseText(text, options, path);
        SyntaxTree[] originals = [.. sources.Below(ModelFolder, ".cs").Select(path => Parse(File.ReadAllText(SourceFiles.At(path)), path))];
        SyntaxTree usings = Parse(string.Join('\n', ImplicitUsings.Select(name => $"global using {name};")), "ImplicitUsings.cs");
        CSharpCompilation plain = CSharpCompilation.Create(Library, [.. originals, usings], References(), Options);
        Require(plain);
        SyntaxTree[] targets = [.. originals.Where(tree => Mutant.Folders.Any(folder => tree.FilePath.StartsWith(folder, StringComparison.Ordinal)))];
        var dropped = new HashSet<int>();
        for (int attempt = 0; attempt < MostAttempts; attempt++)
        {
            var register = new MutantRegister(dropped);
            SyntaxNode Mutate(SyntaxTree tree) => new MutantRewriter(plain.GetSemanticModel(tree), tree.FilePath, register).Visit(tree.GetRoot())!;
            SyntaxTree[] mutated = [.. targets.Select(tree => Parse(Mutate(tree).ToFullString(), tree.FilePath))];
            CSharpCompilation compiled = plain.RemoveSyntaxTrees(targets).AddSyntaxTrees(mutated).AddSyntaxTrees(Parse(MutantSwitch.Source, MutantSwitch.File));
            Diagnostic[] errors = [.. Errors(compiled)];
            if (errors.Length == 0)
            {
                Dictionary<string, string> files = mutated.ToDictionary(tree => tree.FilePath, tree => tree.ToString(), StringComparer.Ordinal);
                files[MutantSwitch.File] = MutantSwitch.Source;
                return new MutatedSources([.. register.Kept], files, dropped.Count);
            }

            int before = dropped.Count;
            dropped.UnionWith(errors.SelectMany(CompileErrors.Blamed));
            if (dropped.Count == before)
            {
                throw new BenchmarkException($"mutants: expected errors of the compiler within mutants, got {errors[0]}; leave out what made it");
            }
        }

        throw new BenchmarkException($"mutants: expected them to compile after {MostAttempts} attempts, got more errors; leave out what makes them");
    }

    private static void Require(CSharpCompilation plain)
    {
        if (Errors(plain).FirstOrDefault() is { } error)
        {
            throw new BenchmarkException($"{Library}: expected that it compiles, got {error}; build the solution first");
        }
    }

    private static IEnumerable<Diagnostic> Errors(CSharpCompilation compilation)
        => compilation.GetDiagnostics().Where(static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

    // Whatever this program itself was built against, but for the library that is mutated.
    private static IEnumerable<MetadataReference> References() => ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
        .Split(Path.PathSeparator)
        .Where(static path => Path.GetFileNameWithoutExtension(path) is not (Library or "S2M.Worker" or "S2M.Mutation.Benchmarks"))
        .Select(static path => MetadataReference.CreateFromFile(path));
}
