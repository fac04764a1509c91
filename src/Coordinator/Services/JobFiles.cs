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
internal sealed class JobFiles(IJobStore store, JobQueries queries, JobFolders folders)
{
    private const int ChunkBytes = 64 << 10;
    private const int LargestMessage = 1 << 20;

    // What a job that starts from it can read.
    private const long LargestUpload = int.MaxValue;
    private static readonly string[] OfCheckpoint = [CheckpointFiles.Parameters, CheckpointFiles.Moments, StepFolders.Manifest];
    private static readonly string[] OfJob = [JobFolders.Metrics, JobFolders.Report];

    /// <summary>Sends a file from an offset on.</summary>
    internal async Task SendAsync(DownloadFileRequest request, IServerStreamWriter<DownloadFileResponse> stream, CancellationToken cancellationToken)
    {
        string path = await PathOfAsync(request, cancellationToken);
        await using FileStream file = Open(path, request.File);
        string hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
        var bad = new Violations();
        bad.Require(request.Offset >= 0 && request.Offset <= file.Length, "offset", $"expected 0 to {file.Length}, got {request.Offset}; begin again at 0");
        bad.ThrowIfAny();
        file.Position = request.Offset;
        byte[] buffer = new byte[ChunkBytes];
        bool first = true;
        for (int read; (read = await file.ReadAsync(buffer, cancellationToken)) > 0 || first; first = false)
        {
            await stream.WriteAsync(
                new DownloadFileResponse
                {
                    Data = ByteString.CopyFrom(buffer, 0, read),
                    TotalBytes = first ? file.Length : 0,
                    Sha256 = first ? hash : string.Empty,
                },
                cancellationToken);
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

    private static FileStream Open(string path, string name)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Violations.NotFound($"file '{name}': expected one that is written, got none yet; it is there when the job has succeeded, a checkpoint's as soon as it is listed");
        }
    }

    private async Task<string> PathOfAsync(DownloadFileRequest request, CancellationToken cancellationToken)
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
            return Path.Combine(folders.Of(record.Job.Id), request.File);
        }

        IReadOnlyList<CheckpointRecord> checkpoints = await store.CheckpointsAsync(record.Job.Id, cancellationToken);
        CheckpointRecord? wanted = request.Step < 0
            ? checkpoints.FirstOrDefault(checkpoint => checkpoint.Epoch == record.CheckpointEpoch && checkpoint.Step == record.CheckpointStep)
            : checkpoints.LastOrDefault(checkpoint => checkpoint.Step == request.Step);
        string known = string.Join(", ", checkpoints.Select(checkpoint => checkpoint.Step));
        return wanted is null
            ? throw Violations.NotFound($"checkpoint of step {request.Step}: expected one of {known}, got none; list the checkpoints")
            : Path.Combine(StepFolders.PathOf(folders.Of(record.Job.Id, wanted.Epoch), wanted.Step), request.File);
    }
}
