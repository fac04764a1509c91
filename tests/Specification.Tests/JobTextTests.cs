namespace S2M.Specification.Tests;

public sealed class JobTextTests
{
    [Theory]
    [InlineData("loss.kind=histogram", "loss.variant=midpoint")]
    [InlineData("network.head=nearest_mean", "optimizer.kind=adam_w")]
    [InlineData("data.image.size=32", "training.seed=18446744073709551615")]
    [InlineData("optimizer.learning_rate=0.000001", "evaluation.shots=[1,2,10]")]
    [InlineData("episode.modes=3", "episode.mode_weights=skewed")]
    [InlineData("evaluation.sets={}")]
    [InlineData("evaluation.sets={modes: [2], noise_kinds: [coherent, clutter], weights: [skewed]}")]
    public void Write_AnyJob_ReadsBackAsTheSameSpecification(params string[] settings)
    {
        JobSpecification job = JobFile.Read(Path.Combine(TestJobs.Repository(), "jobs", "quickstart.yaml"), settings);

        JobSpecification again = JobFile.Parse(JobText.Write(job), "written", []);

        CanonicalJson.Differences(job, again).ShouldBeEmpty();
    }
}
