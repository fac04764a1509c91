using Google.Rpc;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1Alpha;
using S2M.Data.Sampling;
using S2M.Model;
using S2M.Numerics.Averaging;
using S2M.Protos.V1;
using S2M.Worker.Diagnostics;
using S2M.Worker.Tests.Processes;
using S2M.Worker.Training;

namespace S2M.Worker.Tests.Services;

/// <summary>A worker process answers as this process computes, bit for bit.</summary>
public sealed class ComputeServiceTests(ServedWorker served) : IClassFixture<ServedWorker>
{
    private const int Leaves = 7;

    [Fact]
    public async Task ComputeShare_WholeStep_IsTheFixedTreesSumOfTheSameEpisodes()
    {
        Answer answer = await GradientAsync(0, Leaves);

        (int First, int Count, EpisodeSum Sum) node = answer.Nodes().ShouldHaveSingleItem();
        (node.First, node.Count).ShouldBe((0, Leaves));
        ShouldBeSame(node.Sum, FixedTree.Sum(LocalLeaves()));
        answer.Done.Items.ShouldBe(Leaves);
        answer.Done.ComputeSeconds.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task ComputeShare_StepCutIntoTwo_CombinesToTheSameRoot(int cut)
    {
        Answer[] answers = await Task.WhenAll(GradientAsync(0, cut), GradientAsync(cut, Leaves - cut));

        (int First, int Count, EpisodeSum Sum)[] nodes = [.. answers.SelectMany(answer => answer.Nodes())];
        nodes.Select(node => (node.First, node.Count)).ShouldBe(
            [.. FixedTree.CompleteNodes(Leaves, 0, cut), .. FixedTree.CompleteNodes(Leaves, cut, Leaves - cut)]);
        ShouldBeSame(FixedTree.Combine(Leaves, nodes), FixedTree.Sum(LocalLeaves()));
    }

    [Fact]
    public async Task ComputeShare_CreateParameters_GivesDefinitionAndVersionZero()
    {
        ComputeShareRequest request = served.Share;
        request.CreateParameters = new CreateParametersWork();

        Answer answer = await served.Client.ComputeAsync(request);

        Set2ModelNetwork network = served.Job.Local.Runner.Network;
        NetworkDefinition definition = answer.Network.ShouldNotBeNull();
        definition.DescriptorSize.ShouldBe(network.DescriptorSize);
        definition.MetricNames.ShouldBe(Set2ModelNetwork.MetricNames);
        definition.Parameters.Entries.Select(entry => (entry.Name, (float)entry.LearningRateScale, (float)entry.WeightDecayScale, string.Join(',', entry.Shape)))
            .ShouldBe(network.Parameters.Entries.Select(entry => (entry.Name, entry.LearningRateScale, entry.WeightDecayScale, string.Join(',', entry.Shape))));
        definition.Buffers.Entries.Select(entry => entry.Name).ShouldBe(network.Buffers.Entries.Select(entry => entry.Name));
        ShouldBeSame(answer.Floats(0), served.Job.Start.Parameters);
        ShouldBeSame(answer.Floats(1), served.Job.Start.Buffers);
    }

    [Fact]
    public async Task ComputeShare_Embedding_IsTheChunksOfThisProcess()
    {
        PoolImage[] images = [.. Enumerable.Range(0, ShareRunner.EmbeddingChunk + 5).Select(index => new PoolImage(index * 3, index % 4))];
        ComputeShareRequest request = served.Share;
        request.Embedding = new EmbeddingWork { Images = ServedJob.Write(images) };

        Answer answer = await served.Client.ComputeAsync(request);

        float[] expected = [.. images.Chunk(ShareRunner.EmbeddingChunk).SelectMany(chunk => served.Job.Local.Runner.Embed(served.Job.Start, chunk))];
        ShouldBeSame(answer.Floats(0), expected);
        answer.Done.Items.ShouldBe(2);
    }

    [Theory]
    [InlineData(ScoringHead.Job, false)]
    [InlineData(ScoringHead.NearestMean, false)]
    [InlineData(ScoringHead.TwoComponents, true)]
    [InlineData(ScoringHead.ChosenComponents, true)]
    public async Task ComputeShare_Scoring_IsTheScoresOfThisProcess(ScoringHead head, bool withComponents)
    {
        S2M.Data.Sampling.Episode episode = served.Job.Local.Sample(0);
        ComputeShareRequest request = served.Share;
        request.Scoring = new ScoringWork { Descriptors = ServedJob.DescriptorsName, Head = head, Components = withComponents, Groups = { episode.Groups.Select(ServedJob.Write) } };

        Answer answer = await served.Client.ComputeAsync(request);

        IReadOnlyList<double[]> expected = served.Job.Local.Runner.Score(
            served.Job.Start, served.Job.Descriptors, episode.Groups, (Specification.ScoringHead)((int)head - 1), withComponents, default);
        answer.Arrays.Count.ShouldBe(expected.Count);
        for (int group = 0; group < expected.Count; group++)
        {
            answer.Doubles(group).Select(BitConverter.DoubleToInt64Bits).ShouldBe(expected[group].Select(BitConverter.DoubleToInt64Bits));
        }
    }

    [Fact]
    public async Task ComputeShare_Ranking_IsTheRankingOfThisProcess()
    {
        int[][] supports = [[0, 1], [5], [7, 8, 9]];
        int[] targets = [2, 3, 11, 2];
        ComputeShareRequest request = served.Share;
        request.Ranking = new RankingWork
        {
            Descriptors = ServedJob.DescriptorsName,
            Head = ScoringHead.Job,
            Supports = { supports.Select(rows => new RowList { Rows = { rows } }) },
            Targets = new RowList { Rows = { targets } },
        };

        Answer answer = await served.Client.ComputeAsync(request);

        IReadOnlyList<double[]> expected = served.Job.Local.Runner.Rank(served.Job.Start, served.Job.Descriptors, supports, targets, Specification.ScoringHead.Job, default);
        Enumerable.Range(0, 3).Select(answer.Doubles).ShouldBe(expected);
    }

    [Fact]
    public async Task ComputeShare_ManySharesOfAVersion_PullItOnce()
    {
        const int Version = 77;

        await Task.WhenAll(Enumerable.Range(0, 4).Select(first => GradientAsync(first, 1, Version)));

        served.Coordinator.Pulls.Count(pull => pull.ArraysCase == FetchArraysRequest.ArraysOneofCase.Version && pull.Version == Version).ShouldBe(1);
        served.Coordinator.Specifications.Count(job => job == ServedJob.Id).ShouldBe(1);
    }

    [Fact]
    public async Task ComputeShare_NoConnectionForArraysGetsThrough_PullsWithinTheCallFromThenOn()
    {
        const string Job = "job-without-door";
        served.Coordinator.OffersWithoutDoor = true;
        try
        {
            ComputeShareRequest request = served.Share;
            request.JobId = Job;
            request.TicketBytes = 1L << 40;
            request.Gradient = served.Job.Gradient(1, 0, 1);

            Answer answer = await served.Client.ComputeAsync(request);

            answer.Nodes().ShouldHaveSingleItem();
            served.Coordinator.Pulls.Where(pull => pull.JobId == Job).Select(pull => pull.TicketBytes).ShouldBe([1L << 40, 0L]);
        }
        finally
        {
            served.Coordinator.OffersWithoutDoor = false;
        }
    }

    [Fact]
    public async Task ComputeShare_NonFiniteParameters_GivesAnAbsentNode()
    {
        const string Job = "job-not-finite";
        Func<FetchArraysRequest, Task<float[][]>> served1 = served.Coordinator.OnArrays;
        served.Coordinator.OnArrays = request => request.JobId == Job
            ? Task.FromResult(new[] { Array.ConvertAll(served.Job.Start.Parameters, _ => float.NaN), served.Job.Start.Buffers })
            : served1(request);
        ComputeShareRequest request = served.Share;
        request.JobId = Job;
        request.Gradient = served.Job.Gradient(2, 0, 2);

        Answer answer = await served.Client.ComputeAsync(request);

        (int _, int Count, EpisodeSum Sum) = answer.Nodes().ShouldHaveSingleItem();
        (Count, Sum.Present, Sum.Values.Length, Sum.Metrics.Length).ShouldBe((2, 0, 0, 0));
    }

    [Fact]
    public async Task ComputeShare_OtherNetworksParameters_AreRefused()
    {
        const string Job = "job-other-network";
        Func<FetchArraysRequest, Task<float[][]>> others = served.Coordinator.OnArrays;
        served.Coordinator.OnArrays = request => request.JobId == Job ? Task.FromResult(new[] { new float[3], served.Job.Start.Buffers }) : others(request);
        ComputeShareRequest request = served.Share;
        request.JobId = Job;
        request.Gradient = served.Job.Gradient(1, 0, 1);

        RpcException refusal = await served.Client.RefusedAsync(request);

        refusal.StatusCode.ShouldBe(StatusCode.FailedPrecondition);
        refusal.Status.Detail.ShouldContain("got 3 and");
    }

    [Fact]
    public async Task ComputeShare_WrongIncarnation_IsRefused()
    {
        ComputeShareRequest request = served.Share;
        request.CreateParameters = new CreateParametersWork();
        request.Incarnation = "another";

        RpcException refusal = await served.Client.RefusedAsync(request);

        refusal.StatusCode.ShouldBe(StatusCode.FailedPrecondition);
        ReasonOf(refusal).ShouldBe("WRONG_INCARNATION");
    }

    [Fact]
    public async Task ComputeShare_OlderEpoch_IsRefusedAndTheNewerGoesOn()
    {
        ComputeShareRequest request = served.Share;
        request.JobId = "job-of-epochs";
        request.CreateParameters = new CreateParametersWork();
        await served.Client.ComputeAsync(request);
        request.Epoch = 2;

        RpcException refusal = await served.Client.RefusedAsync(request);

        refusal.StatusCode.ShouldBe(StatusCode.FailedPrecondition);
        ReasonOf(refusal).ShouldBe("OLD_EPOCH");
        refusal.Status.Detail.ShouldContain("expected at least 3 of job 'job-of-epochs', got 2");
        request.Epoch = 4;
        (await served.Client.ComputeAsync(request)).Done.Items.ShouldBe(1);
    }

    [Fact]
    public async Task ComputeShare_OtherSpecification_IsRefused()
    {
        ComputeShareRequest request = served.Share;
        request.CreateParameters = new CreateParametersWork();
        request.SpecificationHash = new string('0', 64);

        RpcException refusal = await served.Client.RefusedAsync(request);

        refusal.StatusCode.ShouldBe(StatusCode.FailedPrecondition);
        ReasonOf(refusal).ShouldBe("SPECIFICATION");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("another")]
    public async Task ComputeShare_WithoutTheToken_IsRefusedAndHealthAndReflectionAreNot(string? token)
    {
        using ShareClient stranger = await served.Worker.ConnectAsync(token);
        ComputeShareRequest request = served.Share;
        request.CreateParameters = new CreateParametersWork();

        (await stranger.RefusedAsync(request)).StatusCode.ShouldBe(StatusCode.Unauthenticated);
        (await new Health.HealthClient(stranger.Channel).CheckAsync(new HealthCheckRequest())).Status.ShouldBe(HealthCheckResponse.Types.ServingStatus.Serving);
        using AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> reflection =
            new ServerReflection.ServerReflectionClient(stranger.Channel).ServerReflectionInfo();
        await reflection.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = string.Empty });
        (await reflection.ResponseStream.MoveNext(default)).ShouldBeTrue();
        reflection.ResponseStream.Current.ListServicesResponse.Service.ShouldContain(service => service.Name == "s2m.v1.WorkerService");
    }

    [Fact]
    public async Task ComputeShare_ImageBeyondTheDataSet_IsRefusedWithItsField()
    {
        ComputeShareRequest request = served.Share;
        request.Gradient = served.Job.Gradient(1, 0, 1);
        request.Gradient.Episodes[0].Pool.Images[2] = ServedJob.EndOfImages;

        RpcException refusal = await served.Client.RefusedAsync(request);

        refusal.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        BadRequest.Types.FieldViolation violation = refusal.GetRpcStatus()!.GetDetail<BadRequest>().FieldViolations.ShouldHaveSingleItem();
        (violation.Field, violation.Description).ShouldBe(("gradient.episodes[0].pool.images[2]", "expected 0 to 3273535, got 3273536"));
    }

    [Fact]
    public async Task ComputeShare_RowBeyondTheDescriptors_IsRefusedWithItsField()
    {
        ComputeShareRequest request = served.Share;
        request.Ranking = new RankingWork
        {
            Descriptors = ServedJob.DescriptorsName,
            Head = ScoringHead.Job,
            Supports = { new RowList { Rows = { 12 } } },
            Targets = new RowList { Rows = { 0 } },
        };

        RpcException refusal = await served.Client.RefusedAsync(request);

        refusal.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        refusal.Status.Detail.ShouldBe("ranking.supports[0].rows[0]: expected 0 to 11, got 12");
    }

    [Fact]
    public async Task ComputeShare_Cancelled_StopsBeforeItsEndAndTheNextShareIsComputed()
    {
        const int Many = 3000;
        const string Job = "job-cancelled";
        var pulled = new TaskCompletionSource();
        Func<FetchArraysRequest, Task<float[][]>> others = served.Coordinator.OnArrays;
        served.Coordinator.OnArrays = request =>
        {
            _ = request.JobId == Job && pulled.TrySetResult();
            return others(request);
        };
        ComputeShareRequest request = served.Share;
        request.JobId = Job;
        request.Gradient = served.Job.Gradient(Many, 0, 1);
        request.Gradient.Episodes.AddRange(Enumerable.Repeat(request.Gradient.Episodes[0], Many - 1));
        using var stop = new CancellationTokenSource();
        Task<Answer> cancelled = served.Client.ComputeAsync(request, stop.Token);
        await pulled.Task;
        Task<Answer> behind = GradientAsync(0, 1);

        await stop.CancelAsync();

        await Should.ThrowAsync<Exception>(() => cancelled);
        await served.Worker.LineAsync($"share 0 of step 0 of job {Job} was cancelled after ");
        served.Worker.Count($"was cancelled after {Many} ").ShouldBe(0);
        ShouldBeSame((await behind).Nodes().Single().Sum, LocalLeaves()[0]);
    }

    [Fact]
    public void Registration_TellsWhatTheWorkerIs()
    {
        RegisterWorkerRequest registration = served.Registration;

        registration.WorkerId.ShouldBe("worker-1");
        registration.Device.ShouldBe("cpu");
        registration.NumericContract.ShouldBe(NumericContract.Describe(NativeEnvironment.NativeLevel));
        registration.Address.ShouldBe(served.Client.Channel.Target is { } target ? $"http://{target}" : null);
        registration.Build.ShouldNotBeEmpty();
        registration.DataVersions.ShouldBe([new S2M.Data.Glyphs.GlyphDataSet().Version]);
        Guid.TryParse(registration.Incarnation, out _).ShouldBeTrue();
    }

    private static string ReasonOf(RpcException refusal) => refusal.GetRpcStatus()!.GetDetail<ErrorInfo>().Reason;

    private static void ShouldBeSame(EpisodeSum got, EpisodeSum expected)
    {
        got.Present.ShouldBe(expected.Present);
        got.Metrics.Select(BitConverter.DoubleToInt64Bits).ShouldBe(expected.Metrics.Select(BitConverter.DoubleToInt64Bits));
        ShouldBeSame(got.Values, expected.Values);
    }

    private static void ShouldBeSame(float[] got, float[] expected)
        => got.AsSpan().SequenceEqual(expected).ShouldBeTrue($"{got.Length} and {expected.Length} numbers, first {got[0]} and {expected[0]}");

    private EpisodeSum[] LocalLeaves() => [.. Enumerable.Range(0, Leaves).Select(step => served.Job.Local.Runner.ComputeEpisode(served.Job.Start, served.Job.Local.Sample(step)))];

    private Task<Answer> GradientAsync(int first, int count, int version = 0)
    {
        ComputeShareRequest request = served.Share;
        request.Gradient = served.Job.Gradient(Leaves, first, count);
        request.Gradient.Version = version;
        return served.Client.ComputeAsync(request);
    }
}
