namespace S2M.Coordinator.Jobs;

/// <summary>A change of a job's state.</summary>
/// <param name="Sequence">From 1, without gaps.</param>
/// <param name="From">Before; absent for the first.</param>
/// <param name="To">After.</param>
/// <param name="Reason">Why.</param>
/// <param name="Actor">Who; <c>coordinator</c> for the service itself.</param>
/// <param name="Time">When.</param>
public sealed record JobTransition(int Sequence, JobState? From, JobState To, string Reason, string Actor, DateTimeOffset Time);
