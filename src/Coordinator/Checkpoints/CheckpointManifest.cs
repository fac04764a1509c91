using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
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

    private const int SealLength = 64;

    // "\n}" and the closing quote behind the seal, which is the last property.
    private const int BehindSeal = 3;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NewLine = "\n",
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>SHA-256 of the manifest's bytes with zeros in this place: a changed number is noticed, not believed. Set by <see cref="ToBytes"/>.</summary>
    [JsonPropertyOrder(int.MaxValue)]
    public string Seal { get; init; } = new('0', SealLength);

    /// <summary>The manifest as UTF-8 JSON, sealed.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(this with { Seal = new string('0', SealLength) }, Options);
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(bytes))).CopyTo(SealOf(bytes));
        return bytes;
    }

    /// <summary>Reads a manifest.</summary>
    /// <param name="bytes">UTF-8 JSON.</param>
    /// <exception cref="JsonException">The bytes are no manifest, or not as they were written.</exception>
    /// <exception cref="CoordinatorException">It is whole and of another layout.</exception>
    public static CheckpointManifest Parse(ReadOnlySpan<byte> bytes)
    {
        byte[] copy = bytes.ToArray();
        if (copy.Length < SealLength + BehindSeal)
        {
            throw new JsonException($"expected a checkpoint manifest, got {copy.Length} bytes");
        }

        string stored = Encoding.ASCII.GetString(SealOf(copy));
        SealOf(copy).Fill((byte)'0');
        string got = Convert.ToHexStringLower(SHA256.HashData(copy));
        if (stored != got)
        {
            throw new JsonException($"expected a checkpoint manifest of SHA-256 '{stored}', got {got}: it is damaged");
        }

        CheckpointManifest? manifest = JsonSerializer.Deserialize<CheckpointManifest>(bytes, Options);
        if (manifest is not null && manifest.Format != CurrentFormat)
        {
            throw new CoordinatorException(
                $"checkpoint manifest: expected format {CurrentFormat}, got {manifest.Format}: it was written by another version of this program; "
                + "go on with that one, or begin again in another folder");
        }

        return manifest is { Files: not null, History: { Steps: not null, Validations: not null }, Specification: not null }
            ? manifest
            : throw new JsonException("expected a checkpoint manifest with specification, files and history");
    }

    private static Span<byte> SealOf(byte[] bytes) => bytes.AsSpan(bytes.Length - SealLength - BehindSeal, SealLength);
}
