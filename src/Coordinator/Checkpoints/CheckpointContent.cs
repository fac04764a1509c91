using System.Security.Cryptography;
using S2M.Coordinator.Training;
using S2M.Numerics.Parameters;
using S2M.Specification;

namespace S2M.Coordinator.Checkpoints;

/// <summary>A checkpoint as bytes: parameters, moments, and the manifest with the SHA-256 of both.</summary>
/// <param name="Step">Steps that were made before it.</param>
/// <param name="ParametersHash">SHA-256 of parameters and running statistics as flat bytes.</param>
/// <param name="Files">The files beside the manifest, by name.</param>
/// <param name="Manifest">The manifest.</param>
internal sealed record CheckpointContent(int Step, string ParametersHash, IReadOnlyList<(string Name, byte[] Bytes)> Files, byte[] Manifest)
{
    /// <summary>Parameters and running statistics, readable by any safetensors reader.</summary>
    internal const string Parameters = "parameters.safetensors";

    /// <summary>The optimiser's moments.</summary>
    internal const string Moments = "optimizer.safetensors";

    /// <summary>The file that makes the others a checkpoint; written last.</summary>
    internal const string ManifestName = "manifest.json";

    private const long LargestFile = int.MaxValue;

    /// <summary>Bytes of all files.</summary>
    internal long Bytes => Files.Sum(file => file.Bytes.LongLength) + Manifest.Length;

    /// <summary>
    /// Takes from a state what a checkpoint holds. What the next step would change is copied before this returns, so that the state may be stepped on; the
    /// work that takes time is done when the result is called.
    /// </summary>
    /// <param name="state">What to keep.</param>
    /// <param name="identity">The run.</param>
    /// <returns>Gives the bytes.</returns>
    internal static Func<CheckpointContent> Copy(TrainingState state, CheckpointIdentity identity)
    {
        // A version's values, the layouts and the history are never changed in place; the moments are.
        byte[] moments = SafeTensors.ToBytes([.. state.Optimizer.State.Select(moment => SafeTensor.View(moment.Name, [moment.Values.Length], moment.Values))]);
        (ParameterSnapshot snapshot, NetworkDefinition definition, TrainingHistory history, int optimizerSteps)
            = (state.Snapshot, state.Definition, state.History, state.Optimizer.StepCount);
        return () =>
        {
            byte[] parameters = SafeTensors.ToBytes(ParameterTensors(snapshot, definition));
            string hash = TrainingState.HashOf(snapshot);
            var manifest = new CheckpointManifest(
                CheckpointManifest.CurrentFormat,
                snapshot.Version,
                optimizerSteps,
                CanonicalJson.Write(identity.Specification),
                CanonicalJson.HashOf(identity.Specification),
                identity.DataVersion,
                identity.SplitHash,
                identity.NumericContract,
                hash,
                new SortedDictionary<string, string>(StringComparer.Ordinal) { [Parameters] = HashOf(parameters), [Moments] = HashOf(moments) },
                history);
            return new CheckpointContent(snapshot.Version, hash, [(Parameters, parameters), (Moments, moments)], manifest.ToBytes());
        };
    }

    /// <summary>The tensors of a file, once its hash is the manifest's.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="name">The file's name.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <exception cref="IOException">The file is damaged.</exception>
    internal static IReadOnlyList<SafeTensor> Read(CheckpointManifest manifest, string name, byte[] bytes)
    {
        string expected = manifest.Files.GetValueOrDefault(name, "none");
        string got = HashOf(bytes);
        return got == expected
            ? SafeTensors.Read(new MemoryStream(bytes, 0, bytes.Length, writable: false, publiclyVisible: true), LargestFile).Tensors
            : throw new IOException($"{name}: expected SHA-256 {expected}, got {got}: the file is damaged");
    }

    /// <summary>Takes a checkpoint over into a fresh state of the same job; where it is refused, nothing has changed.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="parameters">Bytes of <see cref="Parameters"/>.</param>
    /// <param name="moments">Bytes of <see cref="Moments"/>.</param>
    /// <param name="state">Takes it on.</param>
    /// <exception cref="IOException">A file is damaged.</exception>
    /// <exception cref="SafeTensorsException">It does not fit the layouts.</exception>
    internal static void Restore(CheckpointManifest manifest, byte[] parameters, byte[] moments, TrainingState state)
    {
        var values = Read(manifest, Moments, moments).ToDictionary(tensor => tensor.Name, tensor => tensor.ToFloats(), StringComparer.Ordinal);
        ParameterSnapshot snapshot = ToSnapshot(Read(manifest, Parameters, parameters), state.Definition, manifest.Step);
        state.Optimizer.Restore(manifest.OptimizerSteps, values);
        state.Snapshot = snapshot;
        state.History = manifest.History;
    }

    /// <summary>Parameters from the tensors of a file.</summary>
    /// <param name="tensors">The file's tensors; more than the network has are no fault.</param>
    /// <param name="definition">The network's layouts.</param>
    /// <param name="version">The snapshot's version.</param>
    /// <exception cref="SafeTensorsException">A tensor is missing or has another size.</exception>
    internal static ParameterSnapshot ToSnapshot(IReadOnlyList<SafeTensor> tensors, NetworkDefinition definition, int version)
        => new(version, Flatten([.. tensors], definition.Parameters), Flatten([.. tensors], definition.Buffers));

    /// <summary>Lower-case hexadecimal SHA-256.</summary>
    internal static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static List<SafeTensor> ParameterTensors(ParameterSnapshot snapshot, NetworkDefinition definition)
    {
        var tensors = new List<SafeTensor>();
        foreach ((ParameterLayout layout, float[] flat) in new[] { (definition.Parameters, snapshot.Parameters), (definition.Buffers, snapshot.Buffers) })
        {
            for (int i = 0; i < layout.Entries.Count; i++)
            {
                tensors.Add(SafeTensor.View(layout.Entries[i].Name, layout.Entries[i].Shape, flat, layout.OffsetOf(i)));
            }
        }

        return tensors;
    }

    private static float[] Flatten(SafeTensor[] tensors, ParameterLayout layout)
    {
        float[] flat = new float[layout.Count];
        for (int i = 0; i < layout.Entries.Count; i++)
        {
            ParameterEntry entry = layout.Entries[i];
            ReadOnlySpan<float> values = Array.Find(tensors, tensor => tensor.Name == entry.Name) is { } tensor ? tensor.Floats : [];
            if (values.Length != entry.Count)
            {
                throw new SafeTensorsException($"tensor '{entry.Name}': expected {entry.Count} values, got {values.Length}");
            }

            values.CopyTo(layout.Slice(flat, i));
        }

        return flat;
    }
}
