using Grpc.Core;
using S2M.Coordinator.Jobs;
using S2M.Protos.V1;
using S2M.Specification;
using Wire = S2M.Protos.V1;

namespace S2M.Coordinator.Services;

/// <summary>Jobs as a service. Each call is a line; what it does is in the parts.</summary>
/// <param name="submission">Check and submit.</param>
/// <param name="commands">Pause, resume, cancel.</param>
/// <param name="queries">Get, list, checkpoints.</param>
/// <param name="watching">Watch and logs.</param>
/// <param name="files">Downloads and uploads.</param>
internal sealed class JobEndpoint(JobSubmission submission, JobCommands commands, JobQueries queries, JobWatching watching, JobFiles files) : JobService.JobServiceBase
{
    /// <inheritdoc/>
    public override async Task<UploadParametersResponse> UploadParameters(IAsyncStreamReader<UploadParametersRequest> requestStream, ServerCallContext context)
        => new() { Sha256 = await files.ReceiveAsync(requestStream, context.CancellationToken) };

    /// <inheritdoc/>
    public override Task<CheckJobResponse> CheckJob(CheckJobRequest request, ServerCallContext context) => submission.CheckAsync(request, context.CancellationToken);

    /// <inheritdoc/>
    public override async Task<SubmitJobResponse> SubmitJob(SubmitJobRequest request, ServerCallContext context)
        => new() { Job = await queries.ShowAsync(await submission.SubmitAsync(request, context.CancellationToken)) };

    /// <inheritdoc/>
    public override async Task<GetJobResponse> GetJob(GetJobRequest request, ServerCallContext context)
    {
        JobRecord record = await queries.FindAsync(request.JobId, context.CancellationToken);
        var response = new GetJobResponse { Job = await queries.ShowAsync(record), JobFile = JobText.Write(CanonicalJson.Read(record.Job.Specification)) };
        response.Transitions.AddRange(await queries.TransitionsAsync(record.Job.Id, context.CancellationToken));
        return response;
    }

    /// <inheritdoc/>
    public override Task<ListJobsResponse> ListJobs(ListJobsRequest request, ServerCallContext context) => queries.ListAsync(request, context.CancellationToken);

    /// <inheritdoc/>
    public override Task WatchJob(WatchJobRequest request, IServerStreamWriter<WatchJobResponse> responseStream, ServerCallContext context)
        => watching.WatchAsync(request, responseStream, context.CancellationToken);

    /// <inheritdoc/>
    public override Task ReadLogs(ReadLogsRequest request, IServerStreamWriter<ReadLogsResponse> responseStream, ServerCallContext context)
        => watching.ReadLogsAsync(request, responseStream, () => context.WriteResponseHeadersAsync([]), context.CancellationToken);

    /// <inheritdoc/>
    public override async Task<PauseJobResponse> PauseJob(PauseJobRequest request, ServerCallContext context)
        => new() { Job = await CommandAsync(JobCommand.Pause, request.JobId, request.RequestId, request.Actor, request.Reason, context) };

    /// <inheritdoc/>
    public override async Task<ResumeJobResponse> ResumeJob(ResumeJobRequest request, ServerCallContext context)
        => new() { Job = await CommandAsync(JobCommand.Resume, request.JobId, request.RequestId, request.Actor, string.Empty, context) };

    /// <inheritdoc/>
    public override async Task<CancelJobResponse> CancelJob(CancelJobRequest request, ServerCallContext context)
        => new() { Job = await CommandAsync(JobCommand.Cancel, request.JobId, request.RequestId, request.Actor, request.Reason, context) };

    /// <inheritdoc/>
    public override async Task<ListCheckpointsResponse> ListCheckpoints(ListCheckpointsRequest request, ServerCallContext context)
        => new() { Checkpoints = { await queries.CheckpointsAsync(request.JobId, context.CancellationToken) } };

    /// <inheritdoc/>
    public override Task DownloadFile(DownloadFileRequest request, IServerStreamWriter<DownloadFileResponse> responseStream, ServerCallContext context)
        => files.SendAsync(request, responseStream, context.CancellationToken);

    private async Task<Wire.Job> CommandAsync(JobCommand command, string jobId, string requestId, string actor, string reason, ServerCallContext context)
    {
        JobRecord record = await queries.FindAsync(jobId, context.CancellationToken);
        await commands.ObeyAsync(command, record.Job.Id, requestId, actor, reason, context.CancellationToken);
        return await queries.ShowAsync(await queries.FindAsync(record.Job.Id, context.CancellationToken));
    }
}
