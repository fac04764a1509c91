using System.Collections;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace S2M.Cli.Output;

/// <summary>
/// Messages as programs like to read them: every field by its proto name, numbers as numbers, states as lower-case words without their enumeration's name, times as ISO 8601 in
/// UTC, what is absent or not finite as null.
/// </summary>
internal static class MessageJson
{
    // Texts of jobs hold quotation marks and letters of all scripts; nothing of this goes into a page.
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The text of a document.</summary>
    internal static string Write(JsonNode node) => node.ToJsonString(Options);

    /// <summary>A message as an object.</summary>
    internal static JsonObject Of(IMessage message)
    {
        var result = new JsonObject();
        foreach (FieldDescriptor field in message.Descriptor.Fields.InDeclarationOrder())
        {
            object? value = field.Accessor.GetValue(message);
            result[field.Name] = field.IsMap
                ? new JsonObject(((IDictionary)value).Cast<DictionaryEntry>().OrderBy(pair => (string)pair.Key, StringComparer.Ordinal)
                    .Select(pair => KeyValuePair.Create((string)pair.Key, One(null, pair.Value))))
                : field.IsRepeated ? new JsonArray([.. ((IList)value).Cast<object>().Select(item => One(field, item))]) : One(field, value);
        }

        return result;
    }

    /// <summary>Messages as an array.</summary>
    internal static JsonArray Of(IEnumerable<IMessage> messages) => new([.. messages.Select(Of)]);

    /// <summary>The word of an enumeration's value, such as <c>succeeded</c>.</summary>
    internal static string Word(EnumDescriptor type, int number)
    {
        string prefix = string.Concat(type.Name.Select((letter, index) => index > 0 && char.IsAsciiLetterUpper(letter) ? $"_{letter}" : $"{letter}")).ToUpperInvariant();
        string name = type.FindValueByNumber(number)?.Name ?? $"{number}";
        return name.StartsWith($"{prefix}_", StringComparison.Ordinal) ? name[(prefix.Length + 1)..].ToLowerInvariant() : name.ToLowerInvariant();
    }

    private static JsonNode? One(FieldDescriptor? field, object? value) => value switch
    {
        null => null,
        Timestamp time => Times.Show(time),
        IMessage message => Of(message),
        string text => text,
        bool flag => flag,
        int number => field?.FieldType == FieldType.Enum ? Word(field.EnumType, number) : number,
        long number => number,
        ulong number => number,
        double number => double.IsFinite(number) ? number : null,
        System.Enum state => Word(field!.EnumType, Convert.ToInt32(state)),
        ByteString bytes => bytes.ToBase64(),
        _ => $"{value}",
    };
}
