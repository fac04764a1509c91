using Microsoft.Extensions.Logging;
using S2M.Coordinator.DataSets;
using S2M.Coordinator.Storage;
using S2M.Data;
using S2M.Data.Images;
using S2M.Protos.V1;
using DataSetFiles = S2M.Data.Images.DataSets;

namespace S2M.Coordinator.Services;

/// <summary>Makes data sets known, each request once.</summary>
internal sealed partial class DataSetRegistration(
    DataSetLibrary library, IDataSetStore rows, IRequestLog requests, TimeProvider time, ILogger<DataSetRegistration> logger)
{
    private const int LongestPath = 4096;
    private const string Method = nameof(DataSetService.DataSetServiceBase.RegisterDataSet);

    /// <summary>Registers a folder or zip where it lies.</summary>
    internal async Task<RegisterDataSetResponse> RegisterPathAsync(RegisterDataSetRequest request, CancellationToken cancellationToken)
    {
        var bad = new Violations();
        DataSetMessages.RequireName(bad, request.Name);
        bad.Require(
            request.Path.Length <= LongestPath && !request.Path.Any(char.IsControl) && Path.IsPathFullyQualified(request.Path),
            "path",
            $"expected an absolute path of at most {LongestPath} letters, got '{Violations.Shown(request.Path)}'; give the folder or zip as coordinator and workers see it");
        bad.RequireCaller(request.RequestId, request.Actor);
        bad.ThrowIfAny();
        DataSetRecord? record = await AnsweredAsync(request.RequestId, Method, new DataSetName(request.Name, null), cancellationToken);
        if (record is null)
        {
            try
            {
                using ImageDataSet dataSet = await Task.Run(() => DataSetFiles.Open(request.Name, request.Path), cancellationToken);
                await Task.Run(() => ImageCheck.Run(dataSet, cancellationToken), cancellationToken);
                record = new DataSetRecord(
                    request.Name, dataSet.Manifest.Sha256, dataSet.Manifest.CanonicalBytes.Length, dataSet.Manifest.CanonicalBytes.Length + dataSet.Manifest.TotalLength,
                    dataSet.ImageCount, dataSet.Classes.Count, request.Path, Callers.Actor(request.Actor), time.GetUtcNow());
            }
            catch (DataException problem)
            {
                throw DataSetMessages.Translate(problem, "path");
            }
        }

        return new RegisterDataSetResponse { DataSet = DataSetMessages.Describe(await StoreAsync(record, request.RequestId, Method, cancellationToken)) };
    }

    /// <summary>What a request of this id was answered with; null where it is new.</summary>
    /// <exception cref="Grpc.Core.RpcException">The id is that of another request.</exception>
    internal async Task<DataSetRecord?> AnsweredAsync(string requestId, string method, DataSetName name, CancellationToken cancellationToken)
    {
        if (await requests.FindAsync(requestId, cancellationToken) is not { } answered)
        {
            return null;
        }

        bool isSame = string.Equals(answered.Method, method, StringComparison.Ordinal)
            && DataSetName.TryParse(answered.Subject, out DataSetName? subject)
            && name == (name.Sha256 is null ? subject with { Sha256 = null } : subject);
        return isSame
            ? await library.ResolveAsync(answered.Subject, cancellationToken)
            : throw Violations.Invalid("request_id", $"expected an id of its own, got that of {answered.Method} {Violations.Shown(answered.Subject)}; make one for each request");
    }

    /// <summary>Keeps a data set and what the request was answered with.</summary>
    /// <returns>What is stored: where the version was known, as it was registered first.</returns>
    internal async Task<DataSetRecord> StoreAsync(DataSetRecord record, string requestId, string method, CancellationToken cancellationToken)
    {
        DataSetRecord stored = await rows.AddAsync(record, cancellationToken);
        await requests.AddAsync(requestId, method, stored.Version, time.GetUtcNow(), cancellationToken);
        Registered(stored.Version, stored.Images, stored.Actor);
        return stored;
    }
}
