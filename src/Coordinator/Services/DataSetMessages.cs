using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using S2M.Coordinator.DataSets;
using S2M.Data;
using S2M.Protos.V1;

namespace S2M.Coordinator.Services;

/// <summary>Data sets as messages, and what goes wrong with them as statuses.</summary>
internal static class DataSetMessages
{
    /// <summary>Refuses what no data set can be called.</summary>
    /// <param name="bad">Is told.</param>
    /// <param name="name">The name.</param>
    internal static void RequireName(Violations bad, string name)
    {
        bad.RequireName("name", name);
        bad.Require(!DataSetLibrary.IsBuiltIn(name), "name", $"expected a name of your own, got that of the built-in data set '{name}'; choose another");
    }

    /// <summary>Whether a problem comes from what was sent, or from the disk.</summary>
    internal static bool IsForeseen(Exception problem) => problem is DataException or UploadException or IOException or UnauthorizedAccessException;

    /// <summary>A foreseen problem as a status.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="field">The field whose value it comes from.</param>
    internal static RpcException Translate(Exception problem, string field) => problem switch
    {
        DataException => Violations.Invalid(field, problem.Message),
        UploadException { Fault: UploadFault.Gap } => Violations.Invalid("offset", problem.Message),
        UploadException { Fault: UploadFault.Beyond } => Violations.Invalid("data", problem.Message),
        UploadException { Fault: UploadFault.NoRoom } => Violations.TooLarge("content_bytes", problem.Message),
        UploadException => Violations.FailedPrecondition($"content: {problem.Message}"),
        _ => Violations.Unavailable($"content: expected a disk that works, got '{problem.Message}'; look at the coordinator's state folder"),
    };

    /// <summary>A data set as clients see it.</summary>
    internal static DataSet Describe(DataSetRecord record)
    {
        bool isBuiltIn = DataSetLibrary.IsBuiltIn(record.Name);
        return new DataSet
        {
            Name = record.Name,
            Version = record.Version,
            ManifestBytes = record.ManifestBytes,
            ContentBytes = record.ContentBytes,
            Images = record.Images,
            Classes = record.Classes,
            Path = record.Path,
            RegisteredAt = isBuiltIn ? null : Timestamp.FromDateTimeOffset(record.RegisteredAt),
            Actor = record.Actor,
            BuiltIn = isBuiltIn,
        };
    }
}
