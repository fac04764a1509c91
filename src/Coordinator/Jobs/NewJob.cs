namespace S2M.Coordinator.Jobs;

/// <summary>A job to be queued.</summary>
/// <param name="Id">Its identifier: the name, '-', and twelve hexadecimal digits.</param>
/// <param name="Namespace">The namespace.</param>
/// <param name="RequestId">Same namespace and request, same job.</param>
/// <param name="Actor">Who submits it.</param>
/// <param name="Name">The specification's name.</param>
/// <param name="Mode">What it does.</param>
/// <param name="Labels">Labels, for lists.</param>
/// <param name="Specification">Canonical JSON, every default filled in.</param>
/// <param name="SpecificationHash">SHA-256 of it.</param>
/// <param name="DataVersion">The data set, <c>name@sha256</c>.</param>
/// <param name="Steps">Steps of the whole job; 0 for an evaluation.</param>
/// <param name="StartFrom">The job, or SHA-256 of the parameters file, that it starts from; empty for a fresh network.</param>
/// <param name="Schedule">The schedule that submits it; empty for a user.</param>
/// <param name="TraceParent">W3C trace parent of the submission; empty where nothing is traced.</param>
public sealed record NewJob(
    string Id,
    string Namespace,
    string RequestId,
    string Actor,
    string Name,
    JobMode Mode,
    IReadOnlyDictionary<string, string> Labels,
    string Specification,
    string SpecificationHash,
    string DataVersion,
    int Steps,
    string StartFrom,
    string Schedule,
    string TraceParent);
