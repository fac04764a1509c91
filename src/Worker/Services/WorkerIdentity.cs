namespace S2M.Worker.Services;

/// <summary>Which start of which worker this is.</summary>
/// <param name="Name">The worker's name in the directory.</param>
/// <param name="Incarnation">A new one for each start.</param>
internal sealed record WorkerIdentity(string Name, string Incarnation);
