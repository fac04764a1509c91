using System.Runtime.CompilerServices;
using S2M.Client.Connections;
using S2M.Protos.V1;

namespace S2M.Client.Jobs;

/// <summary>Training and evaluation jobs of a server.</summary>
public sealed class JobsClient
{
    private readonly Connection _connection;
    private readonly JobService.JobServiceClient _service;

    internal JobsClient(Connection connection)
    {
        _connection = connection;
        _service = new JobService.JobServiceClient(connection.Invoker);
    }

    private ClientOptions Options => _connection.Options;

    /// <summary>Says what a job would be, and which workers fit; nothing is changed.</summary>
    /// <param name="request">The job file's text and settings over it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="S2MException">InvalidArgument: the violations say which lines of the file; or the server could not be reached.</exception>
    public Task<CheckJobResponse> CheckAsync(CheckJobRequest request, CancellationToken cancellationToken = default)
        => _connection.UnaryAsync("Jobs.Check", Options.SubmitDeadline, options => _service.CheckJobAsync(request, options), cancellationToken);

    /// <summary>Queues a job. Namespace, actor and request id are filled in where they are empty.</summary>
    /// <param name="request">The job file's text, and what it starts from.</param>
    /// <param name="cancellationToken">Gives up; the job may be queued nevertheless, and the same request id gives it.</param>
    /// <exception cref="S2MException">InvalidArgument: the violations say which lines of the file; or the server could not be reached.</exception>
    public async Task<Job> SubmitAsync(SubmitJobRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var filled = new SubmitJobRequest(request)
        {
            Namespace = request.Namespace.Length > 0 ? request.Namespace : Options.Namespace,
            Actor = request.Actor.Length > 0 ? request.Actor : Options.Actor,
            RequestId = request.RequestId.Length > 0 ? request.RequestId : Chance.NewRequestId(),
        };
        return (await _connection.UnaryAsync("Jobs.Submit", Options.SubmitDeadline, options => _service.SubmitJobAsync(filled, options), cancellationToken)).Job;
    }

    /// <summary>A job now, with its transitions.</summary>
    /// <param name="jobId">Its identifier, or a beginning of it that only it has.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="S2MException">NotFound, or the server could not be reached.</exception>
    public Task<GetJobResponse> GetAsync(string jobId, CancellationToken cancellationToken = default)
        => _connection.UnaryAsync("Jobs.Get", Options.Deadline, options => _service.GetJobAsync(new GetJobRequest { JobId = jobId }, options), cancellationToken);

    /// <summary>Jobs, newest first, page by page as they are read. The namespace is filled in where it is empty.</summary>
    /// <param name="request">Which ones; null for all of the namespace.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="S2MException">The request was refused, or the server could not be reached.</exception>
    public async IAsyncEnumerable<Job> ListAsync(ListJobsRequest? request = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ListJobsRequest page = request?.Clone() ?? new ListJobsRequest();
        page.Namespace = page.Namespace.Length > 0 ? page.Namespace : Options.Namespace;
        do
        {
            ListJobsResponse response = await _connection.UnaryAsync("Jobs.List", Options.Deadline, options => _service.ListJobsAsync(page, options), cancellationToken);
            foreach (Job job in response.Jobs)
            {
                yield return job;
            }

            page.PageToken = response.NextPageToken;
        }
        while (page.PageToken.Length > 0);
    }

    /// <summary>
    /// What happened to a job since a cursor and what happens, to its end. After a cut the stream goes on where it was, for as long as that takes: no event is repeated,
    /// none is lost, but for <c>progress</c>, which is not kept. The last event is the job in a terminal state.
    /// </summary>
    /// <param name="jobId">Its identifier, or a beginning of it that only it has.</param>
    /// <param name="cursor">Where the watcher is: an event's own cursor; null for the beginning.</param>
    /// <param name="onReconnecting">Is told of each cut, before the pause; null for nobody.</param>
    /// <param name="cancellationToken">Ends it; the job goes on.</param>
    /// <exception cref="S2MException">NotFound, or the server could not be reached to begin with.</exception>
    public IAsyncEnumerable<WatchJobResponse> WatchAsync(
        string jobId, WatchCursor? cursor = null, Action<Reconnection>? onReconnecting = null, CancellationToken cancellationToken = default)
        => new JobWatch(_connection, _service).ReadAsync(jobId, cursor, onReconnecting, cancellationToken);

    /// <summary>The lines of a job's log. After a cut it goes on behind the last line.</summary>
    /// <param name="jobId">Its identifier, or a beginning of it that only it has.</param>
    /// <param name="afterOffset">The last line that is known; 0 for the beginning.</param>
    /// <param name="follow">Whether to go on until the job is at an end.</param>
    /// <param name="onReconnecting">Is told of each cut, before the pause; null for nobody.</param>
    /// <param name="cancellationToken">Ends it; the job goes on.</param>
    /// <exception cref="S2MException">NotFound, or the server could not be reached.</exception>
    public IAsyncEnumerable<LogLine> ReadLogsAsync(
        string jobId, long afterOffset = 0, bool follow = false, Action<Reconnection>? onReconnecting = null, CancellationToken cancellationToken = default)
        => new LogReader(_connection, _service).ReadAsync(jobId, afterOffset, follow, onReconnecting, cancellationToken);

    /// <summary>Stops a job with a checkpoint; it goes on when it is resumed.</summary>
    /// <param name="jobId">Its identifier.</param>
    /// <param name="reason">Why, for whoever looks at it later.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="S2MException">NotFound, FailedPrecondition (it is at an end), or the server could not be reached.</exception>
    public async Task<Job> PauseAsync(string jobId, string reason = "", CancellationToken cancellationToken = default)
    {
        var request = new PauseJobRequest { JobId = jobId, RequestId = Chance.NewRequestId(), Actor = Options.Actor, Reason = reason };
        return (await _connection.UnaryAsync("Jobs.Pause", Options.Deadline, options => _service.PauseJobAsync(request, options), cancellationToken)).Job;
    }

    /// <summary>Lets a paused, stopped or failed job go on from its last checkpoint.</summary>
    /// <param name="jobId">Its identifier.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="S2MException">NotFound, FailedPrecondition (it does not stand still), or the server could not be reached.</exception>
    public async Task<Job> ResumeAsync(string jobId, CancellationToken cancellationToken = default)
    {
        var request = new ResumeJobRequest { JobId = jobId, RequestId = Chance.NewRequestId(), Actor = Options.Actor };
        return (await _connection.UnaryAsync("Jobs.Resume", Options.Deadline, options => _service.ResumeJobAsync(request, options), cancellationToken)).Job;
    }

    /// <summary>Ends a job for good; its checkpoints stay.</summary>
    /// <param name="jobId">Its identifier.</param>
    /// <param name="reason">Why, for whoever looks at it later.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="S2MException">NotFound, FailedPrecondition (it is at an end), or the server could not be reached.</exception>
    public async Task<Job> CancelAsync(string jobId, string reason = "", CancellationToken cancellationToken = default)
    {
        var request = new CancelJobRequest { JobId = jobId, RequestId = Chance.NewRequestId(), Actor = Options.Actor, Reason = reason };
        return (await _connection.UnaryAsync("Jobs.Cancel", Options.Deadline, options => _service.CancelJobAsync(request, options), cancellationToken)).Job;
    }

    /// <summary>A job's checkpoints, oldest first.</summary>
    /// <param name="jobId">Its identifier, or a beginning of it that only it has.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="S2MException">NotFound, or the server could not be reached.</exception>
    public async Task<IReadOnlyList<Checkpoint>> CheckpointsAsync(string jobId, CancellationToken cancellationToken = default)
    {
        var request = new ListCheckpointsRequest { JobId = jobId };
        return (await _connection.UnaryAsync("Jobs.Checkpoints", Options.Deadline, options => _service.ListCheckpointsAsync(request, options), cancellationToken)).Checkpoints;
    }

    /// <summary>
    /// Downloads a file of a job. It grows as <c>PATH.part</c>, which a later call goes on with, and gets its name when its SHA-256 is right.
    /// </summary>
    /// <param name="jobId">Its identifier, or a beginning of it that only it has.</param>
    /// <param name="file"><c>parameters.safetensors</c>, <c>optimizer.safetensors</c>, <c>manifest.json</c>, <c>metrics.json</c> or <c>report.html</c>.</param>
    /// <param name="path">Where it is to lie; its folder is made, a file there is replaced.</param>
    /// <param name="step">The checkpoint's step; -1 for the newest.</param>
    /// <param name="progress">Is told how far it came; null for nobody.</param>
    /// <param name="cancellationToken">Gives up; what arrived stays.</param>
    /// <exception cref="S2MException">NotFound, DataLoss (the hash is another one), or the server could not be reached.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public async Task<DownloadedFile> DownloadAsync(
        string jobId, string file, string path, int step = -1, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        string full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        string part = $"{full}.part";
        DownloadedFile received;
        await using (var target = new FileStream(part, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            received = await ReceiveAsync(new DownloadFileRequest { JobId = jobId, File = file, Step = step }, target, progress, cancellationToken);
        }

        File.Move(part, full, overwrite: true);
        return received;
    }

    /// <summary>Reads a small file of a job, such as <c>metrics.json</c>, into memory.</summary>
    /// <param name="jobId">Its identifier, or a beginning of it that only it has.</param>
    /// <param name="file">Its name, as for <see cref="DownloadAsync"/>.</param>
    /// <param name="step">The checkpoint's step; -1 for the newest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="S2MException">NotFound, DataLoss (the hash is another one), or the server could not be reached.</exception>
    public async Task<byte[]> ReadFileAsync(string jobId, string file, int step = -1, CancellationToken cancellationToken = default)
    {
        using var target = new MemoryStream();
        await ReceiveAsync(new DownloadFileRequest { JobId = jobId, File = file, Step = step }, target, progress: null, cancellationToken);
        return target.ToArray();
    }

    /// <summary>Sends parameters from a safetensors file, for a job that starts from them.</summary>
    /// <param name="content">The file, seekable; read from its beginning, again after a cut.</param>
    /// <param name="progress">Is told how far it came; null for nobody.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>SHA-256 of the file: what <see cref="SubmitJobRequest.StartFrom"/> takes.</returns>
    /// <exception cref="S2MException">The file was refused, DataLoss (it did not arrive as it was sent), or the server could not be reached.</exception>
    public Task<string> UploadParametersAsync(Stream content, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default)
        => _connection.OperationAsync(
            "Jobs.UploadParameters", () => new ParametersUpload(_connection, _service).SendAsync(content, progress, cancellationToken), cancellationToken);

    private Task<DownloadedFile> ReceiveAsync(
        DownloadFileRequest request, Stream target, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
        => _connection.OperationAsync(
            "Jobs.Download", () => new FileReceiver(_connection, _service).ReceiveAsync(request, target, progress, cancellationToken), cancellationToken);
}
