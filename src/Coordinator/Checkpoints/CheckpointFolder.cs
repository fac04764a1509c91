using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using S2M.Coordinator.Training;
using S2M.Numerics.Parameters;
using S2M.Specification;

namespace S2M.Coordinator.Checkpoints;

/// <summary>
/// Checkpoints as folders <c>step-000200</c>. A checkpoint exists if and only if its manifest is there and the hashes in it hold: files are written and
/// flushed first, the manifest is renamed into place last.
/// </summary>
public sealed class CheckpointFolder : ICheckpointStore
{
    private const string Parameters = "parameters.safetensors";
    private const string Moments = "optimizer.safetensors";
    private const string Manifest = "manifest.json";
    private const int Kept = 3;
    private const long LargestFile = int.MaxValue;

    private readonly string _folder;
    private readonly CheckpointIdentity _identity;
    private readonly Action<string> _warn;

    /// <summary>Opens or makes the folder.</summary>
    /// <param name="folder">Its path.</param>
    /// <param name="identity">The run.</param>
    /// <param name="warn">Is told of every checkpoint that cannot be used, and why.</param>
    public CheckpointFolder(string folder, CheckpointIdentity identity, Action<string> warn)
    {
        _folder = Path.GetFullPath(folder);
        _identity = identity;
        _warn = warn;
    }

    /// <inheritdoc/>
    public string Publish(TrainingState state)
    {
        string path = Path.Combine(_folder, $"step-{state.Snapshot.Version.ToString("D6", CultureInfo.InvariantCulture)}");
        byte[] parameters = Write(ParameterTensors(state));
        byte[] moments = Write([.. state.Optimizer.State.Select(moment => SafeTensor.FromFloats(moment.Name, [moment.Values.Length], moment.Values))]);
        var manifest = new CheckpointManifest(
            CheckpointManifest.CurrentFormat,
            state.Snapshot.Version,
            state.Optimizer.StepCount,
            CanonicalJson.Write(_identity.Specification),
            CanonicalJson.HashOf(_identity.Specification),
            _identity.DataVersion,
            _identity.SplitHash,
            _identity.NumericContract,
            state.Hash(),
            new SortedDictionary<string, string>(StringComparer.Ordinal) { [Parameters] = HashOf(parameters), [Moments] = HashOf(moments) },
            state.History);
        try
        {
            WriteAll(path, parameters, moments, manifest.ToBytes());
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            RemoveUnfinished(path);
            throw new CoordinatorException(
                $"checkpoint '{path}' could not be written ({parameters.Length + moments.Length} bytes): {problem.Message}. Checkpoints before it are kept; free space or choose "
                + "another --out, then go on with --resume.",
                problem);
        }

        RemoveOld();
        return path;
    }

    /// <summary>Takes the newest whole checkpoint over into a state; those that are damaged are passed by, with a warning.</summary>
    /// <param name="state">A fresh state of the same job.</param>
    /// <returns>The checkpoint's folder, or null where there is none.</returns>
    /// <exception cref="CoordinatorException">The newest whole checkpoint is of another run.</exception>
    public string? Restore(TrainingState state)
    {
        foreach (string path in Folders().Reverse())
        {
            try
            {
                CheckpointManifest manifest = CheckpointManifest.Parse(File.ReadAllBytes(Path.Combine(path, Manifest)));
                _identity.Require(manifest, path);
                Load(path, manifest, state);
                return path;
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or JsonException or SafeTensorsException or SpecificationException or ArgumentException)
            {
                _warn($"checkpoint '{path}' cannot be used and the one before it is tried: {problem.Message}");
            }
        }

        return null;
    }

    private static void Load(string path, CheckpointManifest manifest, TrainingState state)
    {
        SafeTensor[] parameters = [.. ReadFile(path, Parameters, manifest).Tensors];
        Dictionary<string, float[]> moments = ReadFile(path, Moments, manifest).Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.ToFloats(), StringComparer.Ordinal);
        float[] values = Flatten(parameters, state.Definition.Parameters);
        float[] buffers = Flatten(parameters, state.Definition.Buffers);
        state.Optimizer.Restore(manifest.OptimizerSteps, moments);
        state.Snapshot = new ParameterSnapshot(manifest.Step, values, buffers);
        state.History = manifest.History;
    }

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

    private static void RemoveUnfinished(string path)
    {
        if (Directory.Exists(path) && !File.Exists(Path.Combine(path, Manifest)))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    private void WriteAll(string path, byte[] parameters, byte[] moments, byte[] manifest)
    {
        Directory.CreateDirectory(path);

        // The same step written again (interrupted right after a checkpoint) replaces it: without its manifest it does not exist.
        File.Delete(Path.Combine(path, Manifest));
        DurableFiles.Write(Path.Combine(path, Parameters), parameters);
        DurableFiles.Write(Path.Combine(path, Moments), moments);
        string unfinished = Path.Combine(path, Manifest + ".tmp");
        DurableFiles.Write(unfinished, manifest);
        File.Move(unfinished, Path.Combine(path, Manifest), overwrite: true);
        DurableFiles.FlushFolder(path);
        DurableFiles.FlushFolder(_folder);
    }

    private void RemoveOld()
    {
        foreach (string path in Folders().SkipLast(Kept))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    private string[] Folders()
        => Directory.Exists(_folder)
            ? [.. Directory.EnumerateDirectories(_folder, "step-*").Where(path => File.Exists(Path.Combine(path, Manifest))).Order(StringComparer.Ordinal)]
            : [];
}
