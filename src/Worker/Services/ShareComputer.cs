using Grpc.Core;
using S2M.Data.Images;
using S2M.Numerics.Parameters;
using S2M.Protos.V1;
using S2M.Worker.Images;
using S2M.Worker.Parameters;
using S2M.Worker.Training;

namespace S2M.Worker.Services;

/// <summary>The way of a share: pull what it refers to, wait for the training thread, compute. Shares wait their turn in the order in which they are ready.</summary>
/// <param name="parameters">Specifications, parameters, descriptors.</param>
/// <param name="dataSets">Images.</param>
/// <param name="thread">The device's thread; not disposed.</param>
/// <param name="time">Measures.</param>
internal sealed class ShareComputer(ParameterSource parameters, OpenDataSets dataSets, TrainingThread thread, TimeProvider time) : IAsyncDisposable
{
    private readonly RunnerCache _runners = new();

    /// <summary>Computes a share.</summary>
    /// <param name="request">It has passed <see cref="ShareChecks.Require"/>.</param>
    /// <param name="stopped">Is told how many items were computed where the share was cancelled on the thread.</param>
    /// <param name="cancellationToken">Stops at the next episode, chunk, group or support set.</param>
    /// <exception cref="RpcException">The share is refused, or something it refers to cannot be had.</exception>
    internal async Task<ShareAnswer> ComputeAsync(ComputeShareRequest request, Action<int> stopped, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        var at = new Uri(request.ParametersAt);
        WorkedJob job = await PullAsync("specification", () => parameters.JobAsync(at, request.JobId, cancellationToken));
        if (job.Hash != request.SpecificationHash)
        {
            throw ShareErrors.Refuse(
                StatusCode.FailedPrecondition, "SPECIFICATION", $"specification_hash: expected {job.Hash} of job '{request.JobId}', got {request.SpecificationHash}");
        }

        using DataSetUse data = await PullAsync($"data set '{job.DataVersion}'", () => dataSets.UseAsync(job.DataVersion, cancellationToken));
        IDataSet images = data.DataSet.DataSet;
        ShareChecks.RequireInDataSet(request, images.Further?.End ?? images.ImageCount, images.Classes.Count);
        (int? version, string? descriptors) = References(request);
        ParameterSnapshot? snapshot = version is not { } wanted
            ? null
            : await PullAsync($"parameters of version {wanted}", () => parameters.SnapshotAsync(at, request, wanted, cancellationToken));
        float[]? pool = descriptors is null
            ? null
            : await PullAsync($"descriptors '{descriptors}'", () => parameters.DescriptorsAsync(at, request, descriptors, cancellationToken));
        TimeSpan fetch = time.GetElapsedTime(started);

        var computation = new ShareComputation(request, snapshot, pool);
        try
        {
            return await thread.RunAsync(
                () =>
                {
                    long begun = time.GetTimestamp();
                    ShareAnswer answer = computation.Run(_runners.Get(job, data), cancellationToken);
                    return answer with { Compute = time.GetElapsedTime(begun), Fetch = fetch };
                },
                cancellationToken);
        }
        catch (OperationCanceledException)
        {
            stopped(computation.Done);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
        => await thread.RunAsync(
            () =>
            {
                _runners.Dispose();
                return true;
            },
            CancellationToken.None);

    private static (int? Version, string? Descriptors) References(ComputeShareRequest request) => request.WorkCase switch
    {
        ComputeShareRequest.WorkOneofCase.Gradient => (request.Gradient.Version, null),
        ComputeShareRequest.WorkOneofCase.Embedding => (request.Embedding.Version, null),
        ComputeShareRequest.WorkOneofCase.Scoring => (request.Scoring.Version, request.Scoring.Descriptors),
        ComputeShareRequest.WorkOneofCase.Ranking => (request.Ranking.Version, request.Ranking.Descriptors),
        _ => (null, null),
    };

    private static async Task<T> PullAsync<T>(string what, Func<Task<T>> pull)
    {
        try
        {
            return await pull();
        }
        catch (RpcException problem)
        {
            throw ShareErrors.OfPull(what, problem);
        }
    }
}
