using System.Security.Cryptography;
using Grpc.Core;
using S2M.Client.Connections;
using S2M.Protos.V1;

namespace S2M.Client.Jobs;

/// <summary>Sends a file of parameters; after a cut from its beginning, since it has no name before it is whole.</summary>
/// <param name="connection">To the server.</param>
/// <param name="service">The job service.</param>
internal sealed class ParametersUpload(Connection connection, JobService.JobServiceClient service)
{
    /// <summary>Sends it.</summary>
    /// <returns>SHA-256 of the file.</returns>
    internal async Task<string> SendAsync(Stream content, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        content.Position = 0;
        string expected = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
        var backoff = new Backoff(connection.Options);
        while (true)
        {
            try
            {
                string found = await SendOnceAsync(content, progress, cancellationToken);
                return found == expected
                    ? found
                    : throw new S2MException(StatusCode.DataLoss, $"parameters: expected SHA-256 {expected} at the server, got {found}; send them again");
            }
            catch (RpcException problem) when (Failures.IsCut(problem) && !cancellationToken.IsCancellationRequested && backoff.Failures < connection.Options.Attempts - 1)
            {
                await connection.PauseAsync(backoff, Failures.Cause(problem), onReconnecting: null, cancellationToken);
            }
        }
    }

    private async Task<string> SendOnceAsync(Stream content, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        content.Position = 0;
        byte[] buffer = new byte[Messages.Size];
        using AsyncClientStreamingCall<UploadParametersRequest, UploadParametersResponse> call = service.UploadParameters(connection.Stream(cancellationToken));
        while (await Messages.ReadAsync(content, buffer, cancellationToken) is { IsEmpty: false } data
            && await Messages.TryWriteAsync(call.RequestStream, new UploadParametersRequest { Data = data }, cancellationToken))
        {
            progress?.Report(new TransferProgress(content.Position, content.Length));
        }

        await Messages.CompleteAsync(call.RequestStream);
        return (await call.ResponseAsync).Sha256;
    }
}
