using S2M.Protos.V1;

namespace S2M.Client.Tests.Fakes;

/// <summary>A job whose history is written beforehand.</summary>
public sealed class FakeJob
{
    public required Job Job { get; set; }

    /// <summary>What it was before its end.</summary>
    public Job? Before { get; set; }

    /// <summary>Log lines, steps, validations and progress, in order; cursors are filled in by <see cref="Fill"/>.</summary>
    public List<WatchJobResponse> Events { get; init; } = [];

    public Queue<Cut> Cuts { get; init; } = new();

    public Dictionary<string, byte[]> Files { get; init; } = new(StringComparer.Ordinal);

    /// <summary>What is said of files' hashes in place of the truth, in turn.</summary>
    public Queue<string> FalseHashes { get; } = new();

    /// <summary>Keeps the watch open after the history until it is completed; null for no wait.</summary>
    public TaskCompletionSource? HoldsOpen { get; set; }

    public string JobFile { get; init; } = string.Empty;

    public List<JobTransition> Transitions { get; } = [];

    public List<Checkpoint> Checkpoints { get; } = [];

    /// <summary>Gives every event the cursor behind it.</summary>
    public FakeJob Fill()
    {
        var cursor = new WatchCursor();
        foreach (WatchJobResponse happened in Events)
        {
            cursor.LogOffset = happened.Log?.Offset ?? cursor.LogOffset;
            cursor.Step = happened.Step?.Step ?? cursor.Step;
            cursor.ValidationStep = happened.Validation?.Step ?? cursor.ValidationStep;
            happened.Cursor = cursor.Clone();
        }

        return this;
    }
}
