using Grpc.Core;
using Microsoft.Extensions.Options;
using S2M.Coordinator.DataSets;
using S2M.Protos.V1;

namespace S2M.Coordinator.Services;

/// <summary>Takes contents in, in runs that may be cut and go on.</summary>
internal sealed class DataSetUploads(
    DataSetLibrary library, ContentStore contents, DataSetRegistration registration, IOptions<DataSetOptions> options, TimeProvider time)
{
    private const int MostManifestBytes = 64 << 20;
    private const int MostRunBytes = 1 << 20;
    private const string CompleteMethod = nameof(DataSetService.DataSetServiceBase.CompleteUpload);

    /// <summary>Begins an upload, or tells where to go on.</summary>
    internal async Task<BeginUploadResponse> BeginAsync(BeginUploadRequest request, CancellationToken cancellationToken)
    {
        var bad = new Violations();
        DataSetMessages.RequireName(bad, request.Name);
        bad.RequireSha256(request.Sha256, "sha256");
        bad.Require(request.ManifestBytes > 0, "manifest_bytes", $"expected 1 to {MostManifestBytes}, got {request.ManifestBytes}; send the manifest's length");
        bad.Require(
            request.ContentBytes > request.ManifestBytes,
            "content_bytes",
            $"expected more than the manifest's {request.ManifestBytes}, got {request.ContentBytes}; send manifest and files");
        bad.RequireCaller(request.RequestId, request.Actor);
        bad.ThrowIfAny();
        if (request.ManifestBytes > MostManifestBytes)
        {
            throw Violations.TooLarge("manifest_bytes", $"expected at most {MostManifestBytes}, got {request.ManifestBytes}; split the data set");
        }

        if (request.ContentBytes > options.Value.MaximumContentBytes)
        {
            throw Violations.TooLarge(
                "content_bytes", $"expected at most {options.Value.MaximumContentBytes}, got {request.ContentBytes}; split the data set or register it where it lies");
        }

        if (await library.FindAsync(new DataSetName(request.Name, request.Sha256), cancellationToken) is { } known)
        {
            return new BeginUploadResponse { ReceivedBytes = known.ContentBytes, DataSet = DataSetMessages.Describe(known) };
        }

        try
        {
            return new BeginUploadResponse { ReceivedBytes = contents.Begin(request.Sha256, request.ManifestBytes, request.ContentBytes) };
        }
        catch (Exception problem) when (DataSetMessages.IsForeseen(problem))
        {
            throw DataSetMessages.Translate(problem, "content_bytes");
        }
    }

    /// <summary>Takes a run of bytes.</summary>
    internal async Task<UploadContentResponse> TakeAsync(IAsyncStreamReader<UploadContentRequest> requestStream, CancellationToken cancellationToken)
    {
        string? sha256 = null;
        long offset = 0;
        long received = 0;
        while (await requestStream.MoveNext(cancellationToken))
        {
            UploadContentRequest run = requestStream.Current;
            bool isFirst = sha256 is null;
            var bad = new Violations();
            if (isFirst)
            {
                bad.RequireSha256(run.Sha256, "sha256");
                bad.Require(run.Offset >= 0, "offset", $"expected 0 or more, got {run.Offset}; BeginUpload says where to go on");
            }
            else
            {
                bad.Require(
                    run.Sha256.Length == 0 && run.Offset == 0,
                    "sha256",
                    "expected hash and offset in the first message only, got them again; begin another call for another run");
            }

            bad.ThrowIfAny();
            if (run.Data.Length > MostRunBytes)
            {
                throw Violations.TooLarge("data", $"expected at most {MostRunBytes} bytes in a message, got {run.Data.Length}; send smaller runs");
            }

            (sha256, offset) = isFirst ? (run.Sha256, run.Offset) : (sha256!, offset);
            try
            {
                received = contents.Write(sha256, offset, run.Data.Span);
            }
            catch (UploadException problem) when (problem.Fault == UploadFault.Gap && !isFirst)
            {
                throw Violations.Aborted($"offset: {problem.Message}: what was sent before was refused through another call");
            }
            catch (Exception problem) when (DataSetMessages.IsForeseen(problem))
            {
                throw DataSetMessages.Translate(problem, "data");
            }

            offset += run.Data.Length;
        }

        if (sha256 is null)
        {
            throw Violations.Invalid("sha256", "expected a first message with hash and offset, got none; send one");
        }

        try
        {
            await Task.Run(() => contents.Flush(sha256), cancellationToken);
        }
        catch (UploadException problem)
        {
            throw DataSetMessages.Translate(problem, "data");
        }

        return new UploadContentResponse { ReceivedBytes = received };
    }

    /// <summary>Ends an upload: the content is checked and becomes a data set.</summary>
    internal async Task<CompleteUploadResponse> CompleteAsync(CompleteUploadRequest request, CancellationToken cancellationToken)
    {
        var bad = new Violations();
        DataSetMessages.RequireName(bad, request.Name);
        bad.RequireSha256(request.Sha256, "sha256");
        bad.RequireCaller(request.RequestId, request.Actor);
        bad.ThrowIfAny();
        var name = new DataSetName(request.Name, request.Sha256);
        DataSetRecord? known = await registration.AnsweredAsync(request.RequestId, CompleteMethod, name, cancellationToken)
            ?? await library.FindAsync(name, cancellationToken);
        if (known is null)
        {
            try
            {
                ContentSummary content = await contents.CompleteAsync(request.Name, request.Sha256, cancellationToken);
                known = new DataSetRecord(
                    request.Name, request.Sha256, content.ManifestBytes, content.ContentBytes, content.Images, content.Classes,
                    string.Empty, Callers.Actor(request.Actor), time.GetUtcNow());
            }
            catch (Exception problem) when (DataSetMessages.IsForeseen(problem))
            {
                throw DataSetMessages.Translate(problem, "content");
            }
        }

        return new CompleteUploadResponse { DataSet = DataSetMessages.Describe(await registration.StoreAsync(known, request.RequestId, CompleteMethod, cancellationToken)) };
    }
}
