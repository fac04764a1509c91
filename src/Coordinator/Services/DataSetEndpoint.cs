using Google.Protobuf;
using Grpc.Core;
using S2M.Coordinator.DataSets;
using S2M.Data;
using S2M.Protos.V1;

namespace S2M.Coordinator.Services;

/// <summary>Data sets over gRPC: takes contents, registers paths, and hands contents to workers.</summary>
internal sealed class DataSetEndpoint(DataSetLibrary library, DataSetUploads uploads, DataSetRegistration registration) : DataSetService.DataSetServiceBase
{
    private const int FetchBytes = 64 << 10;

    /// <inheritdoc/>
    public override Task<BeginUploadResponse> BeginUpload(BeginUploadRequest request, ServerCallContext context) => uploads.BeginAsync(request, context.CancellationToken);

    /// <inheritdoc/>
    public override Task<UploadContentResponse> UploadContent(IAsyncStreamReader<UploadContentRequest> requestStream, ServerCallContext context)
        => uploads.TakeAsync(requestStream, context.CancellationToken);

    /// <inheritdoc/>
    public override Task<CompleteUploadResponse> CompleteUpload(CompleteUploadRequest request, ServerCallContext context)
        => uploads.CompleteAsync(request, context.CancellationToken);

    /// <inheritdoc/>
    public override Task<RegisterDataSetResponse> RegisterDataSet(RegisterDataSetRequest request, ServerCallContext context)
        => registration.RegisterPathAsync(request, context.CancellationToken);

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
            DataSet = DataSetMessages.Describe(record),
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
        return new ListDataSetsResponse { DataSets = { records.Select(DataSetMessages.Describe) } };
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
}
