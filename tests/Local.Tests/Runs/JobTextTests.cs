using S2M.Local.Runs;
using S2M.Specification;

namespace S2M.Local.Tests.Runs;

public sealed class JobTextTests
{
    [Theory]
    [InlineData("loss.kind=histogram", "loss.variant=midpoint")]
    [InlineData("network.head=nearest_mean", "optimizer.kind=adam_w")]
    [InlineData("data.image.size=32", "training.seed=18446744073709551615")]
    [InlineData("optimizer.learning_rate=0.000001", "evaluation.shots=[1,2,10]")]
    public void Write_AnyJob_ReadsBackAsTheSameSpecification(params string[] settings)
    {
        JobSpecification job = JobFile.Parse(BuiltInJobs.Quickstart, "quickstart", settings);

        JobSpecification again = JobFile.Parse(JobText.Write(job), "written", []);

        CanonicalJson.Differences(job, again).ShouldBeEmpty();
    }
}
