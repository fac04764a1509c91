using System.Text.Json;

namespace S2M.Coordinator.Storage;

/// <summary>Labels as one column of JSON, ordered by name.</summary>
internal static class LabelText
{
    /// <summary>The text of labels.</summary>
    internal static string Of(IReadOnlyDictionary<string, string> labels)
        => JsonSerializer.Serialize(new SortedDictionary<string, string>(labels.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal));

    /// <summary>The labels of a text.</summary>
    internal static IReadOnlyDictionary<string, string> Parse(string text)
        => new SortedDictionary<string, string>(JsonSerializer.Deserialize<Dictionary<string, string>>(text) ?? [], StringComparer.Ordinal);
}
