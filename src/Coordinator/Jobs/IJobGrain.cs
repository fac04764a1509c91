namespace S2M.Coordinator.Jobs;

/// <summary>A job's owner: every change of its state goes through here, is written, and then acted on. The key is the job's identifier.</summary>
[Alias("s2m.job")]
internal interface IJobGrain : IGrainWithStringKey
{
    /// <summary>
    /// Does what the job's state asks for: starts it when a worker is there, begins a loop where none runs. Called again and again; a repetition changes nothing.
    /// </summary>
    [Alias("ensure")]
    Task EnsureAsync();

    /// <summary>Obeys a user.</summary>
    /// <returns>Why it cannot be obeyed; null where it was.</returns>
    [Alias("command")]
    Task<string?> CommandAsync(JobCommand command, string actor, string reason);

    /// <summary>What is not stored: the phase in progress and the workers.</summary>
    [Alias("live")]
    [Orleans.Concurrency.AlwaysInterleave]
    Task<JobLife> LifeAsync();
}

/// <summary>What is not stored of a job.</summary>
/// <param name="Progress">How far the phase in progress has come; absent where nothing is counted.</param>
/// <param name="Workers">Workers that are lent to it.</param>
[GenerateSerializer, Immutable, Alias("s2m.job-life")]
internal sealed record JobLife([property: Id(0)] PhaseProgress? Progress, [property: Id(1)] int Workers);
