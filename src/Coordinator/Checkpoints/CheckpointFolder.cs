using System.Security.Cryptography;
using System.Text.Json;
using S2M.Coordinator.Storage;
using S2M.Coordinator.Training;
using S2M.Numerics.Parameters;
using S2M.Specification;

namespace S2M.Coordinator.Checkpoints;

/// <summary>
/// Checkpoints as folders <c>step-000200</c>. A checkpoint exists if and only if its manifest is there and the hashes in it hold: files are written and
/// flushed first, the manifest is renamed into place last. A folder without one is an unfinished write: it is never read, and removed behind the next
/// checkpoint. One owner at a time.
/// </summary>
public sealed class CheckpointFolder : ICheckpointStore
{
    private const string Parameters = "parameters.safetensors";
    private const string Moments = "optimizer.safetensors";
    private const string Manifest = StepFolders.Manifest;
    private const string UnfinishedManifest = "manifest.json.tmp";
    private const int Kept = 3;
    private const long LargestFile = int.MaxValue;

    private readonly string _folder;
    private readonly CheckpointIdentity _identity;
    private readonly Action<string> _warn;
    private bool _ancestorsFlushed;

    /// <summary>Names the folder; the first checkpoint makes it.</summary>
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
        string path = StepFolders.PathOf(_folder, state.Snapshot.Version);
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

        RemoveOld(state.Snapshot.Version);
        return path;
    }

    /// <summary>Takes the newest whole checkpoint over into a state; those that are damaged are passed by, with a warning.</summary>
    /// <param name="state">A fresh state of the same job.</param>
    /// <returns>The checkpoint's folder, or null where there is none.</returns>
    /// <exception cref="CoordinatorException">The newest whole checkpoint is of another run or of another version of this program.</exception>
    public string? Restore(TrainingState state)
    {
        foreach ((_, string path) in StepFolders.FinishedIn(_folder).Reverse())
        {
            try
            {
                CheckpointManifest manifest = CheckpointManifest.Parse(File.ReadAllBytes(Path.Combine(path, Manifest)));
                _identity.Require(manifest, path);
                Load(path, manifest, state);
                return path;
            }
            catch (Exception problem) when (
                problem is IOException or UnauthorizedAccessException or JsonException or SafeTensorsException or SpecificationException or ArgumentException)
            {
                _warn($"checkpoint '{path}' cannot be used, the one before it is tried: {problem.Message}");
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

    /// <summary>Whether a file of these bytes is there already.</summary>
    private static bool IsThere(string path, byte[] bytes)
        => File.Exists(path) && new FileInfo(path).Length == bytes.Length && File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes);

    private void WriteAll(string path, byte[] parameters, byte[] moments, byte[] manifest)
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
        DurableFiles.FlushFolder(_folder);
        if (!_ancestorsFlushed)
        {
            DurableFiles.FlushAncestors(_folder);
            _ancestorsFlushed = true;
        }
    }

    /// <summary>Removes what a failed write left, so that it takes no room on a full disk.</summary>
    private void RemoveUnfinished(string path)
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
            _warn($"unfinished checkpoint '{path}' could not be removed: {problem.Message}");
        }
    }

    /// <summary>
    /// Removes unfinished writes and all but the last checkpoints up to the one just written. Those behind it were damaged when this run began before them:
    /// they do not count, and are written over in their turn.
    /// </summary>
    private void RemoveOld(int written)
    {
        IReadOnlyList<(int Step, string Path)> steps = StepFolders.AllIn(_folder);
        IEnumerable<string> old = steps.Where(step => step.Step <= written && StepFolders.IsFinished(step.Path)).SkipLast(Kept).Select(step => step.Path);
        foreach (string path in steps.Where(step => !StepFolders.IsFinished(step.Path)).Select(step => step.Path).Concat(old).ToArray())
        {
            try
            {
                // Without its manifest it does not exist, however far the removal gets.
                File.Delete(Path.Combine(path, Manifest));
                Directory.Delete(path, recursive: true);
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                _warn($"old checkpoint '{path}' could not be removed: {problem.Message}");
            }
        }
    }
}
