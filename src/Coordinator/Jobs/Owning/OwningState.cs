namespace S2M.Coordinator.Jobs.Owning;

/// <summary>Where a turn of a job's owner is. Between turns an owner knows nothing: each one reads the row first.</summary>
/// <param name="Turn">What it was asked.</param>
/// <param name="Row">The row as it was last read; it may have changed since. Null before that.</param>
/// <param name="Doing">What is under way.</param>
internal sealed record OwningState(OwningEvent Turn, JobRecord? Row, OwningEffect Doing)
{
    /// <summary>Whether nothing is under way any more.</summary>
    internal bool IsOver => Doing is OwningEffect.End;
}
