using System.Text.Json;

namespace S2M.Numerics.Tests;

/// <summary>Numbers of other programs: tests/reference holds them beside the scripts that made them.</summary>
internal static class ReferenceFile
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Where the file lies.</summary>
    internal static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "reference", name);

    /// <summary>Reads a JSON file.</summary>
    internal static T Read<T>(string name) => JsonSerializer.Deserialize<T>(File.ReadAllBytes(PathOf(name)), Options)!;
}
