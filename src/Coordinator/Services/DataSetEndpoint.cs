using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using S2M.Coordinator.DataSets;
using S2M.Coordinator.Storage;
using S2M.Data;
using S2M.Data.Images;
using S2M.Protos.V1;
using DataSetFiles = S2M.Data.Images.DataSets;

namespace S2M.Coordinator.Services;

/// <summary>Data sets over gRPC: takes contents, registers paths, and hands contents to workers.</summary>
internal sealed partial class DataSetEndpoint(
    DataSetLibrary library,
    ContentStore contents,
    IDataSetStore rows,
    IRequestLog requests,
    IOptions<DataSetOptions> options,
    TimeProvider time,
    ILogger<DataSetEndpoint> logger) : DataSetService.DataSetServiceBase
{
    private const int MostManifestBytes = 64 << 20;
    private const int MostRunBytes = 1 << 20;
    private const int FetchBytes = 64 << 10;
    private const int LongestPath = 4096;

    /// <inheritdoc/>
    public override async Task<BeginUploadResponse> BeginUpload(BeginUploadRequest request, ServerCallContext context)
    {
        var bad = new Violations();
        RequireName(bad, request.Name);
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

        if (await library.FindAsync(new DataSetName(request.Name, request.Sha256), context.CancellationToken) is { } known)
        {
            return new BeginUploadResponse { ReceivedBytes = known.ContentBytes, DataSet = Describe(known) };
        }

        try
        {
            return new BeginUploadResponse { ReceivedBytes = contents.Begin(request.Sha256, request.ManifestBytes, request.ContentBytes) };
        }
        catch (Exception problem) when (IsForeseen(problem))
        {
            throw Translate(problem, "content_bytes");
        }
    }

    /// <inheritdoc/>
    public override async Task<UploadContentResponse> UploadContent(IAsyncStreamReader<UploadContentRequest> requestStream, ServerCallContext context)
    {
        string? sha256 = null;
        long offset = 0;
        long received = 0;
        while (await requestStream.MoveNext(context.CancellationToken))
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
            catch (Exception problem) when (IsForeseen(problem))
            {
                throw Translate(problem, "data");
            }

            offset += run.Data.Length;
        }

        if (sha256 is null)
        {
            throw Violations.Invalid("sha256", "expected a first message with hash and offset, got none; send one");
        }

        try
        {
            await Task.Run(() => contents.Flush(sha256), context.CancellationToken);
        }
        catch (UploadException problem)
        {
            throw Translate(problem, "data");
        }

        return new UploadContentResponse { ReceivedBytes = received };
    }

    /// <inheritdoc/>
    public override async Task<CompleteUploadResponse> CompleteUpload(CompleteUploadRequest request, ServerCallContext context)
    {
        var bad = new Violations();
        RequireName(bad, request.Name);
        bad.RequireSha256(request.Sha256, "sha256");
        bad.RequireCaller(request.RequestId, request.Actor);
        bad.ThrowIfAny();
        var name = new DataSetName(request.Name, request.Sha256);
        DataSetRecord? known = await AnsweredAsync(request.RequestId, nameof(CompleteUpload), name, context.CancellationToken)
            ?? await library.FindAsync(name, context.CancellationToken);
        if (known is null)
        {
            try
            {
                ContentSummary content = await contents.CompleteAsync(request.Name, request.Sha256, context.CancellationToken);
                known = new DataSetRecord(
                    request.Name, request.Sha256, content.ManifestBytes, content.ContentBytes, content.Images, content.Classes,
                    string.Empty, Callers.Actor(request.Actor), time.GetUtcNow());
            }
            catch (Exception problem) when (IsForeseen(problem))
            {
                throw Translate(problem, "content");
            }
        }

        return new CompleteUploadResponse { DataSet = Describe(await RegisterAsync(known, request.RequestId, nameof(CompleteUpload), context.CancellationToken)) };
    }

    /// <inheritdoc/>
    public override async Task<RegisterDataSetResponse> RegisterDataSet(RegisterDataSetRequest request, ServerCallContext context)
    {
        var bad = new Violations();
        RequireName(bad, request.Name);
        bad.Require(
            request.Path.Length <= LongestPath && !request.Path.Any(char.IsControl) && Path.IsPathFullyQualified(request.Path),
            "path",
            $"expected an absolute path of at most {LongestPath} letters, got '{Violations.Shown(request.Path)}'; give the folder or zip as coordinator and workers see it");
        bad.RequireCaller(request.RequestId, request.Actor);
        bad.ThrowIfAny();
        CancellationToken token = context.CancellationToken;
        DataSetRecord? record = await AnsweredAsync(request.RequestId, nameof(RegisterDataSet), new DataSetName(request.Name, null), token);
        if (record is null)
        {
            try
            {
                using ImageDataSet dataSet = await Task.Run(() => DataSetFiles.Open(request.Name, request.Path), token);
                await Task.Run(() => ImageCheck.Run(dataSet, token), token);
                record = new DataSetRecord(
                    request.Name, dataSet.Manifest.Sha256, dataSet.Manifest.CanonicalBytes.Length, dataSet.Manifest.CanonicalBytes.Length + dataSet.Manifest.TotalLength,
                    dataSet.ImageCount, dataSet.Classes.Count, request.Path, Callers.Actor(request.Actor), time.GetUtcNow());
            }
            catch (DataException problem)
            {
                throw Translate(problem, "path");
            }
        }

        return new RegisterDataSetResponse { DataSet = Describe(await RegisterAsync(record, request.RequestId, nameof(RegisterDataSet), token)) };
    }

    /// <inheritdoc/>
    public override async Task<GetDataSetResponse> GetDataSet(GetDataSetRequest request, ServerCallContext context)
    {
        if (!DataSetName.TryParse(request.Version, out DataSetName? name))
        {
            throw Violations.Invalid(
                "version",
                $"expected a name ({Names.Rule}), with '@' and the SHA-256 for one version, got '{Violations.Shown(request.Version)}'; see 's2m data list'");
        }

        DataSetRecord record = await library.FindAsync(name, context.CancellationToken)
            ?? throw Violations.NotFound(await library.DescribeUnknownAsync(name, context.CancellationToken));
        using DataSetLease dataSet = await OpenAsync(record, context.CancellationToken);
        return new GetDataSetResponse
        {
            DataSet = Describe(record),
            Classes = { dataSet.Classes.Select(static imageClass => new DataSetClass { Name = imageClass.Name, Images = imageClass.Count }) },
        };
    }

    /// <inheritdoc/>
    public override async Task<ListDataSetsResponse> ListDataSets(ListDataSetsRequest request, ServerCallContext context)
    {
        var bad = new Violations();
        bad.Require(
            request.Name.Length == 0 || Names.IsName(request.Name),
            "name",
            $"expected {Names.Rule}, or nothing for all, got '{Violations.Shown(request.Name)}'; see 's2m data list'");
        bad.ThrowIfAny();
        IReadOnlyList<DataSetRecord> records = await library.ListAsync(request.Name.Length == 0 ? null : request.Name, context.CancellationToken);
        return new ListDataSetsResponse { DataSets = { records.Select(Describe) } };
    }

    /// <inheritdoc/>
    public override async Task FetchContent(FetchContentRequest request, IServerStreamWriter<FetchContentResponse> responseStream, ServerCallContext context)
    {
        var bad = new Violations();
        bad.RequireSha256(request.Sha256, "sha256");
        bad.Require(request.Offset >= 0, "offset", $"expected 0 or more, got {request.Offset}; send how much is there");
        bad.ThrowIfAny();
        CancellationToken token = context.CancellationToken;
        DataSetRecord record = await library.FindByHashAsync(request.Sha256, token)
            ?? throw Violations.NotFound($"data set: expected the SHA-256 of a registered version, got {request.Sha256}; see 's2m data list'");
        if (DataSetLibrary.IsBuiltIn(record.Name))
        {
            throw Violations.FailedPrecondition($"data set '{record.Name}': expected one with content, got the built-in one; draw it, there is nothing to fetch");
        }

        if (request.Offset > record.ContentBytes)
        {
            throw Violations.Invalid("offset", $"expected 0 to {record.ContentBytes}, got {request.Offset}; fetch the content from its start");
        }

        using DataSetLease dataSet = await OpenAsync(record, token);
        await using Stream content = dataSet.Files!.OpenContent(request.Offset);
        // One buffer for all messages: a message is serialized before its write returns.
        byte[] buffer = new byte[FetchBytes];
        while (Read(content, buffer) is > 0 and int count)
        {
            await responseStream.WriteAsync(new FetchContentResponse { Data = UnsafeByteOperations.UnsafeWrap(buffer.AsMemory(0, count)) }, token);
        }
    }

    private static int Read(Stream content, byte[] buffer)
    {
        try
        {
            return content.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        }
        catch (DataException problem)
        {
            throw Violations.FailedPrecondition(problem.Message);
        }
    }

    private async Task<DataSetLease> OpenAsync(DataSetRecord record, CancellationToken cancellationToken)
    {
        try
        {
            return await library.OpenAsync(record.Version, cancellationToken);
        }
        catch (DataException problem)
        {
            throw Violations.FailedPrecondition(problem.Message);
        }
    }

    // What a request of this id was answered with, if it was.
    private async Task<DataSetRecord?> AnsweredAsync(string requestId, string method, DataSetName name, CancellationToken cancellationToken)
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

    private async Task<DataSetRecord> RegisterAsync(DataSetRecord record, string requestId, string method, CancellationToken cancellationToken)
    {
        DataSetRecord stored = await rows.AddAsync(record, cancellationToken);
        await requests.AddAsync(requestId, method, stored.Version, time.GetUtcNow(), cancellationToken);
        Registered(stored.Version, stored.Images, stored.Actor);
        return stored;
    }

    private static void RequireName(Violations bad, string name)
    {
        bad.RequireName("name", name);
        bad.Require(!DataSetLibrary.IsBuiltIn(name), "name", $"expected a name of your own, got that of the built-in data set '{name}'; choose another");
    }

    private static bool IsForeseen(Exception problem) => problem is DataException or UploadException or IOException or UnauthorizedAccessException;

    private static RpcException Translate(Exception problem, string field) => problem switch
    {
        DataException => Violations.Invalid(field, problem.Message),
        UploadException { Fault: UploadFault.Gap } => Violations.Invalid("offset", problem.Message),
        UploadException { Fault: UploadFault.Beyond } => Violations.Invalid("data", problem.Message),
        UploadException { Fault: UploadFault.NoRoom } => Violations.TooLarge("content_bytes", problem.Message),
        UploadException => Violations.FailedPrecondition($"content: {problem.Message}"),
        _ => Violations.Unavailable($"content: expected a disk that works, got '{problem.Message}'; look at the coordinator's state folder"),
    };

    private static DataSet Describe(DataSetRecord record)
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
