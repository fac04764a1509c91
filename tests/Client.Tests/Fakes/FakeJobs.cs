using System.Collections.Concurrent;
using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using S2M.Protos.V1;

namespace S2M.Client.Tests.Fakes;

/// <summary>The job service, by the contract, with failures at will.</summary>
public sealed class FakeJobs : JobService.JobServiceBase
{
    private const int Run = 1000;

    public ConcurrentDictionary<string, FakeJob> All { get; } = new(StringComparer.Ordinal);

    public ConcurrentQueue<IMessage> Requests { get; } = new();

    /// <summary>What the next unary calls fail with, in turn.</summary>
    public ConcurrentQueue<RpcException> Failures { get; } = new();

    /// <summary>How parameters' uploads are cut, in turn.</summary>
    public ConcurrentQueue<Cut> UploadCuts { get; } = new();

    /// <summary>Answers no unary call until its caller gives up.</summary>
    public bool Hangs { get; set; }

    /// <summary>The job that the next submission becomes.</summary>
    public FakeJob? Next { get; set; }

    public int PageSize { get; set; } = 2;

    public override async Task<CheckJobResponse> CheckJob(CheckJobRequest request, ServerCallContext context)
    {
        await EnterAsync(request, context);
        return new CheckJobResponse
        {
            JobFile = "name: checked\n",
            Specification = """{"name":"checked"}""",
            SpecificationHash = new string('a', 64),
            DataVersion = "glyphs@1",
            EpisodeImages = 300,
            EpisodeBytes = 940_800,
            Workers = { new WorkerFit { WorkerId = "w1", Fits = true }, new WorkerFit { WorkerId = "w2", Reason = "it has another numeric contract" } },
        };
    }

    public override async Task<SubmitJobResponse> SubmitJob(SubmitJobRequest request, ServerCallContext context)
    {
        await EnterAsync(request, context);
        FakeJob job = Next ?? new FakeJob { Job = new Job { JobId = "new-1", State = JobState.Queued } };
        All[job.Job.JobId] = job;
        return new SubmitJobResponse { Job = job.Before ?? job.Job };
    }

    public override async Task<GetJobResponse> GetJob(GetJobRequest request, ServerCallContext context)
    {
        await EnterAsync(request, context);
        FakeJob job = Find(request.JobId);
        return new GetJobResponse { Job = job.Job, Transitions = { job.Transitions }, JobFile = job.JobFile };
    }

    public override async Task<ListJobsResponse> ListJobs(ListJobsRequest request, ServerCallContext context)
    {
        await EnterAsync(request, context);
        int first = request.PageToken.Length > 0 ? int.Parse(request.PageToken, System.Globalization.CultureInfo.InvariantCulture) : 0;
        Job[] all = [.. All.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value.Job)];
        int next = first + PageSize;
        return new ListJobsResponse { Jobs = { all.Skip(first).Take(PageSize) }, NextPageToken = next < all.Length ? $"{next}" : string.Empty };
    }

    public override async Task WatchJob(WatchJobRequest request, IServerStreamWriter<WatchJobResponse> responseStream, ServerCallContext context)
    {
        Requests.Enqueue(request);
        FakeJob job = Find(request.JobId);
        WatchCursor cursor = request.Cursor ?? new WatchCursor();
        bool hold = job.HoldsOpen is not null;
        IEnumerable<WatchJobResponse> messages =
        [
            new WatchJobResponse { Job = job.Before ?? job.Job, Cursor = cursor },
            .. job.Events.Where(happened => IsAfter(happened, cursor)),
        ];
        if (hold)
        {
            await SendAsync(messages, new Cut(int.MaxValue, CutKind.Abort), responseStream, context);
            await job.HoldsOpen!.Task.WaitAsync(context.CancellationToken);
            messages = [];
        }

        Cut? cut = job.Cuts.TryDequeue(out Cut? next) ? next : null;
        if (await SendAsync(messages.Append(new WatchJobResponse { Job = job.Job, Cursor = job.Events.LastOrDefault()?.Cursor ?? cursor }), cut, responseStream, context))
        {
            cut!.Make(context);
        }
    }

    public override async Task ReadLogs(ReadLogsRequest request, IServerStreamWriter<ReadLogsResponse> responseStream, ServerCallContext context)
    {
        Requests.Enqueue(request);
        FakeJob job = Find(request.JobId);
        Cut? cut = job.Cuts.TryDequeue(out Cut? next) ? next : null;
        IEnumerable<ReadLogsResponse> lines = job.Events
            .Where(happened => happened.Log is { } line && line.Offset > request.AfterOffset)
            .Select(happened => new ReadLogsResponse { Line = happened.Log });
        if (await SendAsync(lines, cut, responseStream, context))
        {
            cut!.Make(context);
        }
    }

    public override async Task<PauseJobResponse> PauseJob(PauseJobRequest request, ServerCallContext context)
    {
        await EnterAsync(request, context);
        return new PauseJobResponse { Job = Find(request.JobId).Job };
    }

    public override async Task<ResumeJobResponse> ResumeJob(ResumeJobRequest request, ServerCallContext context)
    {
        await EnterAsync(request, context);
        return new ResumeJobResponse { Job = Find(request.JobId).Job };
    }

    public override async Task<CancelJobResponse> CancelJob(CancelJobRequest request, ServerCallContext context)
    {
        await EnterAsync(request, context);
        return new CancelJobResponse { Job = Find(request.JobId).Job };
    }

    public override async Task<ListCheckpointsResponse> ListCheckpoints(ListCheckpointsRequest request, ServerCallContext context)
    {
        await EnterAsync(request, context);
        return new ListCheckpointsResponse { Checkpoints = { Find(request.JobId).Checkpoints } };
    }

    public override async Task DownloadFile(DownloadFileRequest request, IServerStreamWriter<DownloadFileResponse> responseStream, ServerCallContext context)
    {
        Requests.Enqueue(request);
        FakeJob job = Find(request.JobId);
        byte[] file = job.Files.TryGetValue(request.File, out byte[]? found) ? found : throw NotFound(request.File);
        if (request.Offset > file.Length)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"offset: expected at most {file.Length}, got {request.Offset}"));
        }

        string hash = job.FalseHashes.TryDequeue(out string? other) ? other : Convert.ToHexStringLower(SHA256.HashData(file));
        List<DownloadFileResponse> messages = [.. file.Skip((int)request.Offset).Chunk(Run).Select(bytes => new DownloadFileResponse { Data = ByteString.CopyFrom(bytes) })];
        if (messages.Count == 0)
        {
            messages.Add(new DownloadFileResponse());
        }

        (messages[0].TotalBytes, messages[0].Sha256) = (file.Length, hash);
        Cut? cut = job.Cuts.TryDequeue(out Cut? next) ? next : null;
        if (await SendAsync(messages, cut, responseStream, context))
        {
            cut!.Make(context);
        }
    }

    public override async Task<UploadParametersResponse> UploadParameters(IAsyncStreamReader<UploadParametersRequest> requestStream, ServerCallContext context)
    {
        Cut? cut = UploadCuts.TryDequeue(out Cut? next) ? next : null;
        using var content = new MemoryStream();
        for (int messages = 0; await requestStream.MoveNext(context.CancellationToken); messages++)
        {
            if (messages == cut?.After)
            {
                cut.Make(context);
            }

            content.Write(requestStream.Current.Data.Span);
        }

        return new UploadParametersResponse { Sha256 = Convert.ToHexStringLower(SHA256.HashData(content.ToArray())) };
    }

    private static bool IsAfter(WatchJobResponse happened, WatchCursor cursor) => happened.EventCase switch
    {
        WatchJobResponse.EventOneofCase.Log => happened.Log.Offset > cursor.LogOffset,
        WatchJobResponse.EventOneofCase.Step => happened.Step.Step > cursor.Step,
        WatchJobResponse.EventOneofCase.Validation => happened.Validation.Step > cursor.ValidationStep,
        _ => true,
    };

    /// <returns>Whether the stream is to be cut here.</returns>
    private static async Task<bool> SendAsync<T>(IEnumerable<T> messages, Cut? cut, IServerStreamWriter<T> stream, ServerCallContext context)
    {
        int sent = 0;
        foreach (T message in messages)
        {
            if (sent == cut?.After)
            {
                return true;
            }

            await stream.WriteAsync(message, context.CancellationToken);
            sent++;
        }

        return sent == cut?.After;
    }

    private static RpcException NotFound(string name) => new(new Status(StatusCode.NotFound, $"'{name}': expected one that is there, got none; list them"));

    private FakeJob Find(string jobId) => All.TryGetValue(jobId, out FakeJob? job) ? job : throw NotFound(jobId);

    private async Task EnterAsync(IMessage request, ServerCallContext context)
    {
        Requests.Enqueue(request);
        if (Failures.TryDequeue(out RpcException? failure))
        {
            throw failure;
        }

        if (Hangs)
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }
    }
}
