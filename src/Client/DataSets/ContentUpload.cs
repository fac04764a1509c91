using Grpc.Core;
using S2M.Client.Connections;
using S2M.Protos.V1;

namespace S2M.Client.DataSets;

/// <summary>Sends a data set's content; after a cut from what the server has.</summary>
/// <param name="connection">To the server.</param>
/// <param name="service">The data set service.</param>
internal sealed class ContentUpload(Connection connection, DataSetService.DataSetServiceClient service)
{
    /// <summary>Sends it and has it registered.</summary>
    /// <param name="content">The manifest and the files.</param>
    /// <param name="progress">Is told how far it came; null for nobody.</param>
    /// <param name="cancellationToken">Gives up; what arrived stays at the server.</param>
    internal async Task<DataSet> SendAsync(IDataSetContent content, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(connection.Options);
        long furthest = -1;
        string? cause = null;
        while (true)
        {
            BeginUploadResponse begun = await BeginAsync(content, cancellationToken);
            if (begun.DataSet is not null)
            {
                return begun.DataSet;
            }

            if (begun.ReceivedBytes > furthest)
            {
                furthest = begun.ReceivedBytes;
                backoff.Succeeded();
            }
            else if (backoff.Failures >= connection.Options.Attempts)
            {
                throw new S2MException(
                    StatusCode.Unavailable, $"data set '{content.Name}': expected the server to take {content.ContentBytes} bytes, got stuck at {furthest}: {cause}; try again");
            }

            if (begun.ReceivedBytes >= content.ContentBytes)
            {
                return await CompleteAsync(content, cancellationToken);
            }

            cause = await SendFromAsync(begun.ReceivedBytes, content, progress, cancellationToken);
            if (cause is not null)
            {
                await connection.PauseAsync(backoff, cause, onReconnecting: null, cancellationToken);
            }
        }
    }

    // Asked anew after each cut: the same id would give the answer of before.
    private Task<BeginUploadResponse> BeginAsync(IDataSetContent content, CancellationToken cancellationToken)
    {
        var request = new BeginUploadRequest
        {
            Name = content.Name,
            Sha256 = content.Sha256,
            ManifestBytes = content.ManifestBytes,
            ContentBytes = content.ContentBytes,
            RequestId = Chance.NewRequestId(),
            Actor = connection.Options.Actor,
        };
        return connection.UnaryAsync("DataSets.BeginUpload", connection.Options.Deadline, options => service.BeginUploadAsync(request, options), cancellationToken);
    }

    private async Task<DataSet> CompleteAsync(IDataSetContent content, CancellationToken cancellationToken)
    {
        var request = new CompleteUploadRequest { Name = content.Name, Sha256 = content.Sha256, RequestId = Chance.NewRequestId(), Actor = connection.Options.Actor };
        return (await connection.UnaryAsync(
            "DataSets.CompleteUpload", connection.Options.RegisterDeadline, options => service.CompleteUploadAsync(request, options), cancellationToken)).DataSet;
    }

    /// <returns>Why the content is not whole; null where it is.</returns>
    private async Task<string?> SendFromAsync(long offset, IDataSetContent content, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[Messages.Size];
        long sent = offset;
        await using Stream bytes = content.OpenAt(offset);
        using AsyncClientStreamingCall<UploadContentRequest, UploadContentResponse> call = service.UploadContent(connection.Stream(cancellationToken));
        while (await Messages.ReadAsync(bytes, buffer, cancellationToken) is { IsEmpty: false } data)
        {
            var message = new UploadContentRequest { Data = data };
            if (sent == offset)
            {
                (message.Sha256, message.Offset) = (content.Sha256, offset);
            }

            if (!await Messages.TryWriteAsync(call.RequestStream, message, cancellationToken))
            {
                break;
            }

            sent += data.Length;
            progress?.Report(new TransferProgress(sent, content.ContentBytes));
        }

        await Messages.CompleteAsync(call.RequestStream);
        try
        {
            long received = (await call.ResponseAsync).ReceivedBytes;
            return received >= content.ContentBytes ? null : $"it has {received} bytes";
        }
        catch (RpcException problem) when (Failures.IsCut(problem) && !cancellationToken.IsCancellationRequested)
        {
            return Failures.Cause(problem);
        }
    }
}
