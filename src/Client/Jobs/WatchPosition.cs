using S2M.Protos.V1;

namespace S2M.Client.Jobs;

/// <summary>Where a watcher is: decides what is new, and where to go on after a cut.</summary>
/// <param name="cursor">Where it begins; null for the beginning.</param>
internal sealed class WatchPosition(WatchCursor? cursor)
{
    private readonly WatchCursor _cursor = cursor?.Clone() ?? new WatchCursor();
    private Job? _job;

    /// <summary>For the next request.</summary>
    internal WatchCursor Cursor => _cursor.Clone();

    /// <summary>Takes a message in.</summary>
    /// <returns>Whether it says something that no message before it said.</returns>
    internal bool Advance(WatchJobResponse response)
    {
        bool isNew = response.EventCase switch
        {
            WatchJobResponse.EventOneofCase.Job => !response.Job.Equals(_job),
            WatchJobResponse.EventOneofCase.Log => response.Log.Offset > _cursor.LogOffset,
            WatchJobResponse.EventOneofCase.Step => response.Step.Step > _cursor.Step,
            WatchJobResponse.EventOneofCase.Validation => response.Validation.Step > _cursor.ValidationStep,
            _ => true,
        };
        _job = response.Job ?? _job;
        WatchCursor after = response.Cursor ?? new WatchCursor();
        _cursor.LogOffset = Math.Max(_cursor.LogOffset, Math.Max(after.LogOffset, response.Log?.Offset ?? 0));
        _cursor.Step = Math.Max(_cursor.Step, Math.Max(after.Step, response.Step?.Step ?? 0));
        _cursor.ValidationStep = Math.Max(_cursor.ValidationStep, Math.Max(after.ValidationStep, response.Validation?.Step ?? 0));
        return isNew;
    }
}
