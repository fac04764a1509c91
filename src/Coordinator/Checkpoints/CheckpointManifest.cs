using System.Text.Json;
using S2M.Coordinator.Training;

namespace S2M.Coordinator.Checkpoints;

/// <summary>A checkpoint's table of contents, written last.</summary>
/// <param name="Format">Version of this layout.</param>
/// <param name="Step">Steps that were made.</param>
/// <param name="OptimizerSteps">Updates that the optimiser made.</param>
/// <param name="Specification">Canonical JSON of the job.</param>
/// <param name="SpecificationHash">Its SHA-256.</param>
/// <param name="DataVersion">The data set, <c>name@sha256</c>.</param>
/// <param name="SplitHash">SHA-256 of the class split.</param>
/// <param name="NumericContract">What the arithmetic depends on besides the specification.</param>
/// <param name="ParametersHash">SHA-256 of parameters and running statistics as flat bytes.</param>
/// <param name="Files">SHA-256 of each file beside the manifest, by name.</param>
/// <param name="History">What happened so far.</param>
public sealed record CheckpointManifest(
    int Format,
    int Step,
    int OptimizerSteps,
    string Specification,
    string SpecificationHash,
    string DataVersion,
    string SplitHash,
    string NumericContract,
    string ParametersHash,
    IReadOnlyDictionary<string, string> Files,
    TrainingHistory History)
{
    /// <summary>The layout that is written.</summary>
    public const int CurrentFormat = 1;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>The manifest as UTF-8 JSON.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, Options);

    /// <summary>Reads a manifest.</summary>
    /// <param name="bytes">UTF-8 JSON.</param>
    /// <exception cref="JsonException">The bytes are no manifest.</exception>
    public static CheckpointManifest Parse(ReadOnlySpan<byte> bytes)
        => JsonSerializer.Deserialize<CheckpointManifest>(bytes, Options) is { Files: not null, History.Steps: not null, Specification: not null } manifest
            ? manifest
            : throw new JsonException("expected a checkpoint manifest with specification, files and history");
}
