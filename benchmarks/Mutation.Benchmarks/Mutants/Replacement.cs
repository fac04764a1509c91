namespace S2M.Mutation.Benchmarks.Mutants;

/// <summary>A text that may take the place of an expression or a statement.</summary>
/// <param name="Operator">The kind of change.</param>
/// <param name="Text">The new text; empty to leave a statement out.</param>
internal sealed record Replacement(string Operator, string Text);
