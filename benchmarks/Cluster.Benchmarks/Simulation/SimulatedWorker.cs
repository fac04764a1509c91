using Grpc.Core;
using S2M.Numerics.Averaging;
using S2M.Protos.V1;
using S2M.Specification;
using S2M.Transport;
using S2M.Worker.Services;

namespace S2M.Cluster.Benchmarks.Simulation;

/// <summary>What simulated workers are.</summary>
/// <param name="Parameters">Numbers of a gradient.</param>
/// <param name="Delay">Time of an episode.</param>
/// <param name="Slow">How many of the workers are slow.</param>
/// <param name="SlowFactor">How many times longer those take.</param>
/// <param name="Format">How an episode's gradient travels.</param>
internal sealed record FleetSettings(int Parameters, TimeSpan Delay, int Slow, double SlowFactor, GradientFormat Format);

/// <summary>
/// Workers that answer over a real socket, pull and send as real ones do, by their code, and compute by waiting: for what is measured of a coordinator where the machine has too few
/// cores for real ones. Many share a socket's port; a request names the one that it is for.
/// </summary>
/// <param name="simulation">Sizes and times.</param>
/// <param name="workers">By incarnation.</param>
/// <param name="offers">Large arrays of answers.</param>
internal sealed class SimulatedWorker(FleetSettings simulation, SimulatedFleet workers, ArrayOffers offers) : WorkerService.WorkerServiceBase
{
    private const int DescriptorSize = 64;

    private static readonly string[] MetricNames = ["loss", "hits", "queries", "zero_descriptors", "flat_histograms"];

    /// <inheritdoc/>
    public override async Task ComputeShare(ComputeShareRequest request, IServerStreamWriter<ComputeShareResponse> responseStream, ServerCallContext context)
    {
        SimulatedFleet.Member worker = workers.Find(request.Incarnation);
        await worker.Turn.WaitAsync(context.CancellationToken);
        try
        {
            await workers.PullAsync(worker, request, context.CancellationToken);
            ShareAnswer answer = await AnswerAsync(worker, request, context.CancellationToken);
            await AnswerWriter.WriteAsync(answer, responseStream, offers, request.TicketBytes, context.CancellationToken);
            worker.Shares++;
        }
        finally
        {
            worker.Turn.Release();
        }
    }

    private NetworkDefinition Network() => new()
    {
        Parameters = new ParameterLayout { Entries = { new ParameterEntry { Name = "weights", Shape = { simulation.Parameters }, LearningRateScale = 1, WeightDecayScale = 1 } } },
        Buffers = new ParameterLayout(),
        DescriptorSize = DescriptorSize,
        MetricNames = { MetricNames },
    };

    private async Task<ShareAnswer> AnswerAsync(SimulatedFleet.Member worker, ComputeShareRequest request, CancellationToken cancellationToken) => request.WorkCase switch
    {
        ComputeShareRequest.WorkOneofCase.CreateParameters => new ShareAnswer(Network(), [AnswerArray.Of(new float[simulation.Parameters]), AnswerArray.Of(Array.Empty<float>())], 1),
        ComputeShareRequest.WorkOneofCase.Gradient => await ComputeAsync(worker, request.Gradient, cancellationToken),
        ComputeShareRequest.WorkOneofCase.Embedding => new ShareAnswer(null, [AnswerArray.Of(new float[request.Embedding.Images.Images.Count * DescriptorSize])], 1),
        ComputeShareRequest.WorkOneofCase.Scoring => new ShareAnswer(null, [.. request.Scoring.Groups.Select(static group => AnswerArray.Of(new double[ScoresOf(group)]))], 1),
        _ => new ShareAnswer(null, [.. request.Ranking.Supports.Select(_ => AnswerArray.Of(new double[request.Ranking.Targets.Rows.Count]))], 1),
    };

    private static int ScoresOf(EpisodeGroup group) => group.Concepts.Count * (group.Distractors.Count + group.Concepts.Sum(static concept => concept.Positives.Count));

    private async Task<ShareAnswer> ComputeAsync(SimulatedFleet.Member worker, GradientWork work, CancellationToken cancellationToken)
    {
        // Cancelled, it stops at its next episode, as a real one.
        for (int i = 0; i < work.Episodes.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (worker.Delay > TimeSpan.Zero)
            {
                await Task.Delay(worker.Delay, CancellationToken.None);
            }
        }

        return new ShareAnswer(null, [.. FixedTree.CompleteNodes(work.Leaves, work.First, work.Episodes.Count).Select(Node)], work.Episodes.Count);
    }

    private AnswerArray Node((int First, int Count) node)
    {
        double[] metrics = [node.Count, node.Count, node.Count, 0, 0];
        return AnswerArray.Of(node.First, node.Count, new EpisodeSum(node.Count, workers.Gradient, metrics), node.Count == 1 ? simulation.Format : GradientFormat.Float32);
    }
}
