namespace S2M.Client;

/// <summary>A field of a request that the server refused.</summary>
/// <param name="Field">Its path, such as <c>job_file</c> or <c>training.steps</c>.</param>
/// <param name="Description">What was expected, what it got, what to do.</param>
public sealed record FieldViolation(string Field, string Description);
