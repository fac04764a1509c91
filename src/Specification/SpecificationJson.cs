using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace S2M.Specification;

/// <summary>How specifications stand in JSON: words in snake case, nothing unknown, options of mixtures with mixture heads only, later fields where they are set.</summary>
internal static class SpecificationJson
{
    /// <summary>The options of reading and writing.</summary>
    internal static JsonSerializerOptions Options { get; } = OptionsOf(LeaveOutOptionsOfMixtures, LaterFields.LeaveOut);

    /// <summary>The options of writing for people: nothing is left out that has an effect.</summary>
    internal static JsonSerializerOptions Whole { get; } = OptionsOf(LeaveOutOptionsOfMixtures);

    /// <summary>The word of an enumeration's value, as job files have it.</summary>
    internal static string Word<T>(T value)
        where T : struct, Enum => JsonSerializer.SerializeToNode(value, Options)!.GetValue<string>();

    private static JsonSerializerOptions OptionsOf(params Action<JsonTypeInfo>[] leaveOut)
    {
        var resolver = new DefaultJsonTypeInfoResolver();
        foreach (Action<JsonTypeInfo> modifier in leaveOut)
        {
            resolver.Modifiers.Add(modifier);
        }

        return new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            RespectNullableAnnotations = true,
            AllowDuplicateProperties = false,
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
            TypeInfoResolver = resolver,
        };
    }

    private static void LeaveOutOptionsOfMixtures(JsonTypeInfo type)
    {
        foreach (JsonPropertyInfo property in type.Properties)
        {
            if (property.AttributeProvider?.IsDefined(typeof(MixtureOptionAttribute), inherit: false) == true)
            {
                property.ShouldSerialize = static (network, _) => ((NetworkSpecification)network).Head.IsMixture();
            }
        }
    }
}
