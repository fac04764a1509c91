using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Storage;
using S2M.Numerics.Parameters;
using S2M.Protos.V1;

namespace S2M.Coordinator.Services;

/// <summary>Files that leave and parameters that arrive.</summary>
/// <param name="store">The jobs' rows.</param>
/// <param name="queries">Finds jobs.</param>
/// <param name="folders">Where files lie.</param>
/// <param name="blobs">Where checkpoints lie.</param>
internal sealed class JobFiles(IJobStore store, JobQueries queries, JobFolders folders, ICheckpointBlobs blobs)
{
    private const int ChunkBytes = 64 << 10;
    private const int BlockBytes = 1 << 20;
    private const int LargestMessage = 1 << 20;

    // What a job that starts from it can read.
    private const long LargestUpload = int.MaxValue;
    private static readonly string[] OfCheckpoint = [CheckpointContent.Parameters, CheckpointContent.Moments, CheckpointContent.ManifestName];
    private static readonly string[] OfJob = [JobFolders.Metrics, JobFolders.Report];

    /// <summary>Sends a file from an offset on, in memory that does not grow with it.</summary>
    internal async Task SendAsync(DownloadFileRequest request, IServerStreamWriter<DownloadFileResponse> stream, CancellationToken cancellationToken)
    {
        await using IStoredObject file = await OpenAsync(request, cancellationToken);
        byte[] buffer = new byte[(int)Math.Clamp(file.Length, 1, BlockBytes)];
        string hash = await HashAsync(file, buffer, cancellationToken);
        var bad = new Violations();
        bad.Require(request.Offset >= 0 && request.Offset <= file.Length, "offset", $"expected 0 to {file.Length}, got {request.Offset}; begin again at 0");
        bad.ThrowIfAny();
        var first = new DownloadFileResponse { TotalBytes = file.Length, Sha256 = hash };
        await stream.WriteAsync(first, cancellationToken);
        long offset = request.Offset;
        for (int read; (read = await file.ReadAsync(offset, buffer, cancellationToken)) > 0; offset += read)
        {
            for (int begin = 0; begin < read; begin += ChunkBytes)
            {
                var chunk = new DownloadFileResponse { Data = ByteString.CopyFrom(buffer, begin, Math.Min(ChunkBytes, read - begin)) };
                await stream.WriteAsync(chunk, cancellationToken);
            }
        }
    }

    /// <summary>Takes a safetensors file in; it is there when it was read whole and makes sense.</summary>
    /// <returns>Its SHA-256.</returns>
    internal async Task<string> ReceiveAsync(IAsyncStreamReader<UploadParametersRequest> stream, CancellationToken cancellationToken)
    {
        string folder = Path.GetDirectoryName(folders.Parameters(string.Empty))!;
        Directory.CreateDirectory(folder);
        string unfinished = Path.Combine(folder, $"{Path.GetRandomFileName()}.partial");
        try
        {
            string hash = await WriteAsync(unfinished, stream, cancellationToken);
            await using (FileStream file = File.OpenRead(unfinished))
            {
                SafeTensors.Read(file, LargestUpload);
            }

            File.Move(unfinished, folders.Parameters(hash), overwrite: true);
            DurableFiles.FlushFolder(folder);
            return hash;
        }
        catch (SafeTensorsException problem)
        {
            var bad = new Violations();
            bad.Require(false, "data", $"expected a safetensors file, got: {problem.Message}; send parameters.safetensors of a checkpoint");
            bad.ThrowIfAny();
            throw;
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private static async Task<string> WriteAsync(string path, IAsyncStreamReader<UploadParametersRequest> stream, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using FileStream file = File.Create(path);
        while (await stream.MoveNext(cancellationToken))
        {
            ByteString data = stream.Current.Data;
            var bad = new Violations();
            bad.Require(data.Length <= LargestMessage, "data", $"expected at most {LargestMessage} bytes a message, got {data.Length}; send smaller ones");
            bad.Require(file.Length + data.Length <= LargestUpload, "data", $"expected at most {LargestUpload} bytes in all, got more; send the parameters of one network");
            bad.ThrowIfAny();
            hash.AppendData(data.Span);
            await file.WriteAsync(data.Memory, cancellationToken);
        }

        file.Flush(flushToDisk: true);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async Task<string> HashAsync(IStoredObject file, byte[] buffer, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long offset = 0;
        for (int read; (read = await file.ReadAsync(offset, buffer, cancellationToken)) > 0; offset += read)
        {
            hash.AppendData(buffer.AsSpan(0, read));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private async Task<IStoredObject> OpenAsync(DownloadFileRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(request, cancellationToken);
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Violations.NotFound(
                $"file '{request.File}': expected one that is written, got none yet; it is there when the job has succeeded, a checkpoint's as soon as it is listed");
        }
    }

    private async Task<IStoredObject> FindAsync(DownloadFileRequest request, CancellationToken cancellationToken)
    {
        var bad = new Violations();
        bool ofCheckpoint = OfCheckpoint.Contains(request.File, StringComparer.Ordinal);
        bad.Require(
            ofCheckpoint || OfJob.Contains(request.File, StringComparer.Ordinal),
            "file",
            $"expected one of {string.Join(", ", OfCheckpoint.Concat(OfJob))}, got '{Violations.Shown(request.File)}'; correct the name");
        bad.ThrowIfAny();
        JobRecord record = await queries.FindAsync(request.JobId, cancellationToken);
        if (!ofCheckpoint)
        {
            return StoredFile.Open(Path.Combine(folders.Of(record.Job.Id), request.File));
        }

        IReadOnlyList<CheckpointRecord> checkpoints = await store.CheckpointsAsync(record.Job.Id, cancellationToken);
        CheckpointRecord? wanted = request.Step < 0
            ? checkpoints.FirstOrDefault(checkpoint => checkpoint.Epoch == record.CheckpointEpoch && checkpoint.Step == record.CheckpointStep)
            : checkpoints.LastOrDefault(checkpoint => checkpoint.Step == request.Step);
        string known = string.Join(", ", checkpoints.Select(checkpoint => checkpoint.Step));
        return wanted is null
            ? throw Violations.NotFound($"checkpoint of step {request.Step}: expected one of {known}, got none; list the checkpoints")
            : await blobs.OpenAsync(new CheckpointPlace(record.Job.Id, wanted.Epoch, wanted.Step), request.File, cancellationToken);
    }
}
