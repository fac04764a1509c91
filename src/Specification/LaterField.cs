using System.Text.Json.Serialization.Metadata;

namespace S2M.Specification;

/// <summary>A field that came after the first version of the canonical text: left out where it has its default, so that jobs without it keep their text and hash.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class LaterFieldAttribute : Attribute;

/// <summary>Leaves later fields out.</summary>
internal static class LaterFields
{
    /// <summary>Makes a type's later fields be written only where they differ from a new value's.</summary>
    /// <param name="type">How the type is written.</param>
    internal static void LeaveOut(JsonTypeInfo type)
    {
        foreach (JsonPropertyInfo property in type.Properties)
        {
            if (property.AttributeProvider?.IsDefined(typeof(LaterFieldAttribute), inherit: false) == true)
            {
                object? fallback = property.Get!(Activator.CreateInstance(type.Type)!);
                property.ShouldSerialize = (_, value) => !Equals(value, fallback);
            }
        }
    }
}
