using System.Text.Json;
using S2M.Coordinator.Training;
using S2M.Numerics.Parameters;
using S2M.Specification;

namespace S2M.Coordinator.Checkpoints;

/// <summary>Reads checkpoints from where they lie, and believes nothing whose SHA-256 is not the manifest's.</summary>
internal static class CheckpointReader
{
    /// <summary>Whether a checkpoint is damaged or gone, so that the one before it can be tried; a store that does not answer is no damage.</summary>
    internal static bool IsDamage(Exception problem)
        => problem is IOException or UnauthorizedAccessException or JsonException or SafeTensorsException or SpecificationException or ArgumentException;

    /// <summary>The manifest of a checkpoint.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="JsonException">It is damaged.</exception>
    internal static async Task<CheckpointManifest> ReadManifestAsync(this ICheckpointBlobs blobs, CheckpointPlace place, CancellationToken cancellationToken)
        => CheckpointManifest.Parse(await blobs.ReadAsync(place, CheckpointContent.ManifestName, cancellationToken));

    /// <summary>Takes a checkpoint over into a fresh state of the same job.</summary>
    /// <param name="blobs">Where it lies.</param>
    /// <param name="place">Where it lies there.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="state">Takes it on; unchanged where it is refused.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">A file is missing or damaged.</exception>
    internal static async Task RestoreAsync(
        this ICheckpointBlobs blobs, CheckpointPlace place, CheckpointManifest manifest, TrainingState state, CancellationToken cancellationToken)
    {
        byte[] moments = await blobs.ReadAsync(place, CheckpointContent.Moments, cancellationToken);
        byte[] parameters = await blobs.ReadAsync(place, CheckpointContent.Parameters, cancellationToken);
        CheckpointContent.Restore(manifest, parameters, moments, state);
    }

    /// <summary>The parameters of a checkpoint.</summary>
    /// <param name="blobs">Where it lies.</param>
    /// <param name="place">Where it lies there.</param>
    /// <param name="definition">The network's layouts.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">A file is missing or damaged.</exception>
    /// <exception cref="JsonException">The manifest is damaged.</exception>
    /// <exception cref="SafeTensorsException">It does not fit the layouts.</exception>
    internal static async Task<ParameterSnapshot> ReadParametersAsync(
        this ICheckpointBlobs blobs, CheckpointPlace place, NetworkDefinition definition, CancellationToken cancellationToken)
    {
        CheckpointManifest manifest = await blobs.ReadManifestAsync(place, cancellationToken);
        byte[] parameters = await blobs.ReadAsync(place, CheckpointContent.Parameters, cancellationToken);
        return CheckpointContent.ToSnapshot(CheckpointContent.Read(manifest, CheckpointContent.Parameters, parameters), definition, manifest.Step);
    }

    /// <summary>A whole object.</summary>
    /// <exception cref="IOException">It is not there or cannot be read.</exception>
    internal static async Task<byte[]> ReadAsync(this ICheckpointBlobs blobs, CheckpointPlace place, string name, CancellationToken cancellationToken)
    {
        await using IStoredObject stored = await blobs.OpenAsync(place, name, cancellationToken);
        if (stored.Length > Array.MaxLength)
        {
            throw new IOException($"{name}: expected at most {Array.MaxLength} bytes, got {stored.Length}: the file is damaged");
        }

        byte[] bytes = new byte[stored.Length];
        int done = 0;
        while (done < bytes.Length)
        {
            int read = await stored.ReadAsync(done, bytes.AsMemory(done), cancellationToken);
            done += read > 0 ? read : throw new IOException($"{name}: expected {bytes.Length} bytes, got {done}: the file is damaged");
        }

        return bytes;
    }
}
