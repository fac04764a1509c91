using System.Text.Json.Nodes;

namespace S2M.Specification;

/// <summary>
/// A block of fields. <see cref="JobTable"/> asks it for each field by name, default, range and description: the reader answers with what a job
/// file says, the schema writer notes the question down and answers with the default. So both know the same fields.
/// </summary>
internal abstract class JobBlock
{
    /// <summary>A block within this one; its fields have their defaults where it is absent.</summary>
    internal abstract T Block<T>(string name, string about, Func<JobBlock, T> read);

    /// <summary>A block that means something by being there: null where it is absent.</summary>
    internal abstract T? Optional<T>(string name, string about, Func<JobBlock, T> read)
        where T : class;

    /// <summary>A list of at least one block.</summary>
    internal abstract IReadOnlyList<T> Blocks<T>(string name, IReadOnlyList<T> fallback, string about, Func<JobBlock, T> read, Func<T, JsonNode> show);

    /// <summary>A name that must be given: letters, digits, '-', '_' and '.', 1 to 64 of them.</summary>
    internal abstract string Name(string name, string about);

    /// <summary>A whole number within its range, both ends included.</summary>
    internal abstract int Integer(string name, int fallback, int low, int high, string about);

    /// <summary>A seed: any unsigned 64-bit number.</summary>
    internal abstract ulong Seed(string name, ulong fallback, string about);

    /// <summary>A number within its range.</summary>
    internal abstract double Number(string name, double fallback, NumberRange range, string about);

    /// <summary>true or false.</summary>
    internal abstract bool Flag(string name, bool fallback, string about);

    /// <summary>One of some words.</summary>
    internal abstract T Choice<T>(string name, T fallback, string about, params (string Word, T Value)[] choices);

    /// <summary>A list of at least one of some words, no word twice.</summary>
    internal abstract IReadOnlyList<T> Choices<T>(string name, IReadOnlyList<T> fallback, string about, params (string Word, T Value)[] choices);

    /// <summary>A list of at least one whole number from a lower to a higher end, no number twice.</summary>
    internal abstract IReadOnlyList<int> Integers(string name, IReadOnlyList<int> fallback, int low, string about, int high = int.MaxValue);

    /// <summary>A run of positions that must be given: <c>first-last</c> or one number.</summary>
    internal abstract PositionRange Range(string name, string about);
}
