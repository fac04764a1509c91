namespace S2M.Coordinator.Workers;

/// <summary>A job that asks for workers.</summary>
/// <param name="JobId">The job.</param>
/// <param name="SubmittedAt">When it was submitted: the older job comes first.</param>
/// <param name="NumericContract">The contract that it is bound to; empty where it is free to choose.</param>
/// <param name="Refused">Incarnations that the job will not have again.</param>
[GenerateSerializer, Immutable, Alias("s2m.borrower")]
public sealed record Borrower(
    [property: Id(0)] string JobId, [property: Id(1)] DateTimeOffset SubmittedAt, [property: Id(2)] string NumericContract, [property: Id(3)] string[] Refused);
