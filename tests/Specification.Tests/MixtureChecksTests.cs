namespace S2M.Specification.Tests;

public sealed class MixtureChecksTests
{
    private const string Mixtures = "remove it, or choose gmm2, gmm3, gmm4 or adagmm";

    [Theory]
    [InlineData("adjoint: unrolled", "adjoint: expected implicit with head gauss, which has one component and no iteration, got unrolled")]
    [InlineData("regularizer: map", "regularizer: expected additive with head gauss, which has one component and no iteration, got map")]
    [InlineData("prior_strength: 2", "prior_strength: expected 1 with head gauss, which has one component and no iteration, got 2")]
    [InlineData("prior_variance: 1e-2", "prior_variance: expected 0.001 with head gauss, which has one component and no iteration, got 0.01")]
    [InlineData("learn_prior_variance: true", "learn_prior_variance: expected false with head gauss, which has one component and no iteration, got true")]
    [InlineData("background: true", "background: expected false with head gauss, which has one component and no iteration, got true")]
    [InlineData("weight_prior: 0", "weight_prior: expected 1 with head gauss, which has one component and no iteration, got 0")]
    [InlineData("start: farthest_first", "start: expected k_means with head gauss, which has one component and no iteration, got farthest_first")]
    public void Parse_OptionOfMixturesOnGauss_IsRefused(string option, string expected) =>
        TestJobs.Refusal(TestJobs.Minimal + $"network:\n  {option}").ShouldBe($"job.yaml: line 5: network.{expected}; {Mixtures}");

    [Theory]
    [InlineData("gauss")]
    [InlineData("nearest_mean")]
    [InlineData("gmm3")]
    public void Parse_CriterionOnAHeadThatChoosesNothing_IsRefused(string head) =>
        TestJobs.Refusal(TestJobs.Minimal + $"network:\n  head: {head}\n  k_by: slides\nepisode: {{images_per_class: 12, groups: [{{support: 0-8, queries: 9-11}}]}}")
            .ShouldBe($"job.yaml: line 6: network.k_by: expected means with head {head}, which chooses no number of components, got slides; remove it, or choose adagmm");

    [Theory]
    [InlineData("gauss")]
    [InlineData("gmm3")]
    public void Parse_PredictiveOffsetOnAHeadThatChoosesNothing_IsRefused(string head) =>
        TestJobs.Refusal(TestJobs.Minimal + $"network:\n  head: {head}\n  learn_predictive_offset: true\nepisode: {{images_per_class: 12, groups: [{{support: 0-8, queries: 9-11}}]}}")
            .ShouldBe($"job.yaml: line 6: network.learn_predictive_offset: expected false with head {head}, which chooses no number of components, got true; remove it, or choose adagmm");

    [Theory]
    [InlineData("gmm2", 5, "at least 6 support images for 2 components of head gmm2, 3 images each, got at most 5; enlarge a support, or choose gauss")]
    [InlineData("gmm3", 8, "at least 9 support images for 3 components of head gmm3, 3 images each, got at most 8; enlarge a support, or choose fewer components")]
    [InlineData("gmm4", 11, "at least 12 support images for 4 components of head gmm4, 3 images each, got at most 11; enlarge a support, or choose fewer components")]
    [InlineData("adagmm", 5, "at least 6 support images for 2 components of head adagmm, 3 images each, got at most 5; enlarge a support, or choose gauss")]
    public void Parse_GroupsTooSmallForTheHead_AreRefused(string head, int support, string expected)
    {
        TestJobs.Refusal(Job(head, support)).ShouldBe($"job.yaml: line 5: episode.groups: expected a group with {expected}");
        TestJobs.Parse(Job(head, support + 1)).Network.Head.Word().ShouldBe(head);
    }

    [Fact]
    public void Parse_SmallGroupBesideALargeOne_IsTaken() =>
        TestJobs.Parse(TestJobs.Minimal + "network: {head: gmm2}\nepisode: {groups: [{support: 0, queries: 6-9}, {support: 0-5, queries: 6-9}]}").Network.Head.ShouldBe(HeadKind.Gmm2);

    [Theory]
    [InlineData(HeadKind.Gauss, RegularizerKind.Additive, false)]
    [InlineData(HeadKind.NearestMean, RegularizerKind.Additive, false)]
    [InlineData(HeadKind.Gmm2, RegularizerKind.Map, false)]
    [InlineData(HeadKind.Gmm4, RegularizerKind.Map, false)]
    [InlineData(HeadKind.AdaGmm, RegularizerKind.Map, true)]
    public void NetworkSpecification_NothingSaid_DefaultsAreThoseOfTheHead(HeadKind head, RegularizerKind regularizer, bool learnsPredictiveOffset)
    {
        var network = new NetworkSpecification { Head = head };

        (network.Regularizer, network.LearnPredictiveOffset).ShouldBe((regularizer, learnsPredictiveOffset));
    }

    [Fact]
    public void Parse_EmbeddingWithoutBatchNorm_MayHaveSmallEpisodes()
    {
        string episode = "episode: {classes: 2, images_per_class: 20, groups: [{support: 0-9, queries: 10-19}]}";

        TestJobs.Parse(TestJobs.Minimal + "network: {embedding: lenet}\n" + episode).Episode.Classes.ShouldBe(2);
        TestJobs.Refusal(TestJobs.Minimal + episode).ShouldContain("since batch norm sees exactly one episode, got 40 images of 2 classes");
    }

    [Fact]
    public void Parse_ActivationsOfLeNet_AreThoseOfItsTwentyFilters()
    {
        TestJobs.Parse("name: a\ndata: {name: a, image: {size: 256}}\nnetwork: {embedding: lenet}").Data.Size.ShouldBe(256);
        TestJobs.Refusal("name: a\ndata: {name: a, image: {size: 256}}\nnetwork: {embedding: lenet}\nepisode: {classes: 41}").ShouldContain("x 20 filters x 4 bytes, got 2.00 GiB for 410 images");
    }

    private static string Job(string head, int support) =>
        TestJobs.Minimal + $"episode:\n  groups: [{{support: 0-{support - 1}, queries: 13-15}}]\n  images_per_class: 16\nnetwork: {{head: {head}}}";
}
