namespace S2M.Coordinator;

/// <summary>The rule for names that users give: of namespaces, schedules, workers, data sets, labels.</summary>
internal static class Names
{
    /// <summary>The most letters of a name.</summary>
    internal const int Longest = 64;

    /// <summary>The rule, for messages.</summary>
    internal const string Rule = "1 to 64 letters, digits, '-', '_' or '.'";

    /// <summary>Whether a text is such a name.</summary>
    internal static bool IsName(string text) => text.Length is > 0 and <= Longest && text.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');
}
