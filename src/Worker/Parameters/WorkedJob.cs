using S2M.Specification;

namespace S2M.Worker.Parameters;

/// <summary>A job as its shares need it.</summary>
/// <param name="Specification">What decides its results.</param>
/// <param name="Hash">SHA-256 of it.</param>
/// <param name="DataVersion">Its images, name@sha256.</param>
internal sealed record WorkedJob(JobSpecification Specification, string Hash, string DataVersion);
