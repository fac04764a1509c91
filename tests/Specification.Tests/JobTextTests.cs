namespace S2M.Specification.Tests;

public sealed class JobTextTests
{
    [Theory]
    [InlineData("loss.kind=histogram", "loss.variant=midpoint")]
    [InlineData("network.head=nearest_mean", "optimizer.kind=adam_w")]
    [InlineData("data.image.size=32", "training.seed=18446744073709551615")]
    [InlineData("optimizer.learning_rate=0.000001", "evaluation.shots=[1,2,10]")]
    [InlineData("network.head=adagmm", "episode.groups=[{support: 0-5, queries: 6-9}]", "network.learn_predictive_offset=false", "training.gradient_check=7")]
    [InlineData("network.head=gmm2", "episode.groups=[{support: 0-5, queries: 6-9}]", "network.start=farthest_first", "network.embedding=lenet")]
    [InlineData("episode.modes=3", "episode.mode_weights=skewed")]
    [InlineData("evaluation.sets={}")]
    [InlineData("evaluation.sets={modes: [2], noise_kinds: [coherent, clutter], weights: [skewed]}")]
    public void Write_AnyJob_ReadsBackAsTheSameSpecification(params string[] settings)
    {
        JobSpecification job = JobFile.Read(Path.Combine(TestJobs.Repository(), "jobs", "quickstart.yaml"), settings);

        JobSpecification again = JobFile.Parse(JobText.Write(job), "written", []);

        CanonicalJson.Differences(job, again).ShouldBeEmpty();
    }

    [Fact]
    public void Write_HeadOfOneComponent_HasNoOptionsOfMixtures() =>
        JobText.Write(TestJobs.Parse(TestJobs.Minimal)).ShouldNotContain("prior");
}
