using System.Security.Cryptography;
using S2M.Coordinator.Storage;
using S2M.Coordinator.Training;
using S2M.Numerics.Parameters;
using S2M.Specification;

namespace S2M.Coordinator.Checkpoints;

/// <summary>The files of one checkpoint: parameters, moments, and the manifest, which is renamed into place last.</summary>
internal static class CheckpointFiles
{
    /// <summary>Parameters and running statistics, readable by any safetensors reader.</summary>
    internal const string Parameters = "parameters.safetensors";

    /// <summary>The optimiser's moments.</summary>
    internal const string Moments = "optimizer.safetensors";

    private const string Manifest = StepFolders.Manifest;
    private const string UnfinishedManifest = "manifest.json.tmp";
    private const long LargestFile = int.MaxValue;

    /// <summary>Writes a checkpoint into its folder; it exists from the moment its manifest does.</summary>
    /// <param name="path">The folder; made where it is absent.</param>
    /// <param name="state">What to keep.</param>
    /// <param name="identity">The run.</param>
    /// <param name="warn">Is told where an unfinished write could not be removed.</param>
    /// <returns>Bytes of its files.</returns>
    /// <exception cref="CoordinatorException">It could not be written.</exception>
    internal static long Write(string path, TrainingState state, CheckpointIdentity identity, Action<string> warn)
    {
        byte[] parameters = Write(ParameterTensors(state));
        byte[] moments = Write([.. state.Optimizer.State.Select(moment => SafeTensor.FromFloats(moment.Name, [moment.Values.Length], moment.Values))]);
        byte[] manifest = new CheckpointManifest(
            CheckpointManifest.CurrentFormat,
            state.Snapshot.Version,
            state.Optimizer.StepCount,
            CanonicalJson.Write(identity.Specification),
            CanonicalJson.HashOf(identity.Specification),
            identity.DataVersion,
            identity.SplitHash,
            identity.NumericContract,
            state.Hash(),
            new SortedDictionary<string, string>(StringComparer.Ordinal) { [Parameters] = HashOf(parameters), [Moments] = HashOf(moments) },
            state.History).ToBytes();
        try
        {
            WriteAll(path, parameters, moments, manifest);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            RemoveUnfinished(path, warn);
            throw new CoordinatorException(
                $"checkpoint '{path}' could not be written ({parameters.Length + moments.Length} bytes): {problem.Message}. Checkpoints before it are kept: free space "
                + "or choose another folder, then resume.",
                problem);
        }

        return parameters.LongLength + moments.Length + manifest.Length;
    }

    /// <summary>The manifest of a folder.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="System.Text.Json.JsonException">It is damaged.</exception>
    internal static CheckpointManifest ReadManifest(string path) => CheckpointManifest.Parse(File.ReadAllBytes(Path.Combine(path, Manifest)));

    /// <summary>Takes a checkpoint over into a fresh state of the same job.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="state">Takes it on.</param>
    /// <exception cref="IOException">A file is missing or damaged.</exception>
    internal static void Load(string path, CheckpointManifest manifest, TrainingState state)
    {
        Dictionary<string, float[]> moments = ReadFile(path, Moments, manifest).Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.ToFloats(), StringComparer.Ordinal);
        ParameterSnapshot snapshot = LoadParameters(path, manifest, state.Definition);
        state.Optimizer.Restore(manifest.OptimizerSteps, moments);
        state.Snapshot = snapshot;
        state.History = manifest.History;
    }

    /// <summary>The parameters of a checkpoint.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="definition">The network's layouts.</param>
    /// <exception cref="IOException">The file is missing or damaged.</exception>
    /// <exception cref="SafeTensorsException">It does not fit the layouts.</exception>
    internal static ParameterSnapshot LoadParameters(string path, CheckpointManifest manifest, NetworkDefinition definition)
        => ToSnapshot(ReadFile(path, Parameters, manifest).Tensors, definition, manifest.Step);

    /// <summary>Parameters from the tensors of a file.</summary>
    /// <param name="tensors">The file's tensors; more than the network has are no fault.</param>
    /// <param name="definition">The network's layouts.</param>
    /// <param name="version">The snapshot's version.</param>
    /// <exception cref="SafeTensorsException">A tensor is missing or has another size.</exception>
    internal static ParameterSnapshot ToSnapshot(IReadOnlyList<SafeTensor> tensors, NetworkDefinition definition, int version)
        => new(version, Flatten([.. tensors], definition.Parameters), Flatten([.. tensors], definition.Buffers));

    private static SafeTensorFile ReadFile(string path, string name, CheckpointManifest manifest)
    {
        byte[] bytes = File.ReadAllBytes(Path.Combine(path, name));
        string expected = manifest.Files.GetValueOrDefault(name, "none");
        string got = HashOf(bytes);
        return got == expected
            ? SafeTensors.Read(new MemoryStream(bytes), LargestFile)
            : throw new IOException($"{name}: expected SHA-256 {expected}, got {got}: the file is damaged");
    }

    private static List<SafeTensor> ParameterTensors(TrainingState state)
    {
        var tensors = new List<SafeTensor>();
        foreach ((ParameterLayout layout, float[] flat) in new[] { (state.Definition.Parameters, state.Snapshot.Parameters), (state.Definition.Buffers, state.Snapshot.Buffers) })
        {
            for (int i = 0; i < layout.Entries.Count; i++)
            {
                tensors.Add(SafeTensor.FromFloats(layout.Entries[i].Name, layout.Entries[i].Shape, layout.Slice(flat, i)));
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
            float[] values = Array.Find(tensors, tensor => tensor.Name == entry.Name)?.ToFloats() ?? [];
            if (values.Length != entry.Count)
            {
                throw new SafeTensorsException($"tensor '{entry.Name}': expected {entry.Count} values, got {values.Length}");
            }

            values.CopyTo(layout.Slice(flat, i));
        }

        return flat;
    }

    private static byte[] Write(IReadOnlyList<SafeTensor> tensors)
    {
        using var stream = new MemoryStream();
        SafeTensors.Write(stream, tensors);
        return stream.ToArray();
    }

    private static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Whether a file of these bytes is there already.</summary>
    private static bool IsThere(string path, byte[] bytes)
        => File.Exists(path) && new FileInfo(path).Length == bytes.Length && File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes);

    private static void WriteAll(string path, byte[] parameters, byte[] moments, byte[] manifest)
    {
        Directory.CreateDirectory(path);
        string manifestPath = Path.Combine(path, Manifest);
        (string Path, byte[] Bytes)[] files = [(Path.Combine(path, Parameters), parameters), (Path.Combine(path, Moments), moments)];

        // The same step written again (stopped right behind a checkpoint) has the same files, and only the manifest is exchanged: the checkpoint exists
        // all along. Over a damaged one the manifest goes first: without it the checkpoint does not exist.
        if (!StepFolders.IsFinished(path) || !Array.TrueForAll(files, file => IsThere(file.Path, file.Bytes)))
        {
            File.Delete(manifestPath);
            Array.ForEach(files, file => DurableFiles.Write(file.Path, file.Bytes));
        }

        string unfinished = Path.Combine(path, UnfinishedManifest);
        DurableFiles.Write(unfinished, manifest);
        File.Move(unfinished, manifestPath, overwrite: true);
        DurableFiles.FlushFolder(path);
        DurableFiles.FlushFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Removes what a failed write left, so that it takes no room on a full disk.</summary>
    private static void RemoveUnfinished(string path, Action<string> warn)
    {
        if (!Directory.Exists(path))
        {
            return;
        }

        try
        {
            File.Delete(Path.Combine(path, UnfinishedManifest));
            if (!StepFolders.IsFinished(path))
            {
                Directory.Delete(path, recursive: true);
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            warn($"unfinished checkpoint '{path}' could not be removed: {problem.Message}");
        }
    }
}
