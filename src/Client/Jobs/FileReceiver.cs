using System.Diagnostics;
using System.Security.Cryptography;
using Grpc.Core;
using S2M.Client.Connections;
using S2M.Protos.V1;

namespace S2M.Client.Jobs;

/// <summary>Receives a file of a job into a stream: goes on behind what lies there, starts over where that is of another file, and checks the hash of the whole.</summary>
/// <param name="connection">To the server.</param>
/// <param name="service">The job service.</param>
internal sealed class FileReceiver(Connection connection, JobService.JobServiceClient service)
{
    /// <summary>Receives it.</summary>
    /// <param name="request">Job, file and step.</param>
    /// <param name="target">Readable, writable, seekable; what lies in it is taken for the file's beginning.</param>
    /// <param name="progress">Is told of every run of bytes; null for nobody.</param>
    /// <param name="cancellationToken">Gives up; what arrived stays.</param>
    /// <exception cref="S2MException">The server refused; it was gone for too long; or the bytes do not have the hash it named, twice where some lay there before.</exception>
    internal async Task<DownloadedFile> ReceiveAsync(
        DownloadFileRequest request, Stream target, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        if (target.Length > 0)
        {
            try
            {
                return await ReceiveRestAsync(request, target, progress, cancellationToken);
            }
            catch (S2MException problem) when (problem.Status is StatusCode.DataLoss or StatusCode.InvalidArgument or StatusCode.OutOfRange or StatusCode.FailedPrecondition)
            {
                // What lay there was of another file or damaged: only its own bytes are lost by starting over.
                target.SetLength(0);
            }
        }

        return await ReceiveRestAsync(request, target, progress, cancellationToken);
    }

    private async Task<DownloadedFile> ReceiveRestAsync(
        DownloadFileRequest request, Stream target, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        using var stream = new ResumableStream<DownloadFileResponse>(
            connection,
            Activity.Current,
            () => service.DownloadFile(new DownloadFileRequest(request) { Offset = target.Length }, connection.Stream(cancellationToken)),
            patient: false,
            onReconnecting: null);
        (long total, string sha256, bool begins) = (-1, string.Empty, true);
        while (true)
        {
            StreamStep step = await stream.NextAsync(cancellationToken);
            if (step == StreamStep.Received)
            {
                DownloadFileResponse response = stream.Current;
                if (begins && sha256.Length > 0 && response.Sha256 != sha256)
                {
                    // The newest checkpoint is another one by now.
                    target.SetLength(0);
                    sha256 = string.Empty;
                    await stream.EndedEarlyAsync($"{request.File} became another file", cancellationToken);
                    continue;
                }

                (total, sha256, begins) = begins ? (response.TotalBytes, response.Sha256, false) : (total, sha256, begins);
                if (response.Data.Length > 0)
                {
                    target.Position = target.Length;
                    await target.WriteAsync(response.Data.Memory, cancellationToken);
                    stream.Progressed();
                    progress?.Report(new TransferProgress(target.Length, total));
                }
            }
            else if (step == StreamStep.Completed && target.Length >= total && !begins)
            {
                return await VerifyAsync(request.File, target, sha256, cancellationToken);
            }
            else
            {
                begins = true;
                if (step == StreamStep.Completed)
                {
                    await stream.EndedEarlyAsync($"the stream of {request.File} ended at {target.Length} of {total} bytes", cancellationToken);
                }
            }
        }
    }

    private static async Task<DownloadedFile> VerifyAsync(string file, Stream target, string sha256, CancellationToken cancellationToken)
    {
        target.Position = 0;
        string found = Convert.ToHexStringLower(await SHA256.HashDataAsync(target, cancellationToken));
        return found == sha256 ? new DownloadedFile(target.Length, sha256) : throw Damaged(file, sha256, found);
    }

    private static S2MException Damaged(string file, string expected, string found)
        => new(StatusCode.DataLoss, $"{file}: expected SHA-256 {expected}, got {found}; download it again");
}
