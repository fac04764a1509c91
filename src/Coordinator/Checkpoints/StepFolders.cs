using System.Globalization;

namespace S2M.Coordinator.Checkpoints;

/// <summary>
/// The folders of checkpoints, <c>step-000200</c>: their names, and which of them hold a checkpoint. They are ordered by number: past a million steps
/// names are not.
/// </summary>
public static class StepFolders
{
    private const string Prefix = "step-";
    private const int FewestDigits = 6;

    /// <summary>Every step's folder by number, a finished checkpoint or not; nothing where the folder is absent.</summary>
    /// <param name="folder">Where checkpoints lie.</param>
    public static IReadOnlyList<(int Step, string Path)> AllIn(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }

#pragma warning disable RS0030 // Sorted by number right here.
        IEnumerable<string> paths = Directory.EnumerateDirectories(folder, Prefix + "*");
#pragma warning restore RS0030
        return [.. paths.Select(path => (Step: NumberOf(Path.GetFileName(path)) ?? -1, Path: path)).Where(step => step.Step >= 0).OrderBy(step => step.Step)];
    }

    /// <summary>The folders that hold a checkpoint, oldest first.</summary>
    /// <param name="folder">Where checkpoints lie.</param>
    public static IReadOnlyList<(int Step, string Path)> FinishedIn(string folder) => [.. AllIn(folder).Where(step => IsFinished(step.Path))];

    /// <summary>The name of a step's folder.</summary>
    internal static string NameOf(int step) => Prefix + step.ToString($"D{FewestDigits}", CultureInfo.InvariantCulture);

    /// <summary>The folder of a step.</summary>
    internal static string PathOf(string folder, int step) => Path.Combine(folder, NameOf(step));

    /// <summary>Whether a step's folder holds a checkpoint, as far as its manifest is there.</summary>
    internal static bool IsFinished(string path) => File.Exists(Path.Combine(path, CheckpointContent.ManifestName));

    /// <summary>The step that a folder's name is of; null where it is of none.</summary>
    internal static int? NumberOf(string name)
        => name.StartsWith(Prefix, StringComparison.Ordinal) && name.AsSpan(Prefix.Length) is { Length: >= FewestDigits } digits
            && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int step) ? step : null;
}
