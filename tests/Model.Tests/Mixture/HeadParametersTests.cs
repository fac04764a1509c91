using S2M.Model.Mixture;
using S2M.Specification;

namespace S2M.Model.Tests.Mixture;

public sealed class HeadParametersTests
{
    private static readonly JobSpecification Job = TestJobs.Small() with
    {
        Network = new NetworkSpecification { VarianceOffset = 0.03 },
        Loss = new LossSpecification { Kind = LossKind.NWay, Temperature = 2.5 },
        Episode = new EpisodeSpecification { Groups = [new(new(0, 4), new(5, 9)), new(new(0, 0), new(5, 9)), new(new(5, 9), new(0, 4))] },
    };

    [Fact]
    public void Entries_LearnedOffsets_OneForEachShotCountThenTheTemperature()
        => new HeadParameters(Job).Entries.Select(entry => entry.Name)
            .ShouldBe(["head.log_variance_offset.shots_1", "head.log_variance_offset.shots_5", "loss.log_temperature"]);

    [Fact]
    public void Initialize_Always_StartsAtTheJobsValues()
    {
        var head = new HeadParameters(Job);
        float[] scalars = new float[3];

        head.Initialize(scalars);

        head.VarianceOffset(scalars, 1).ShouldBe(0.03, 1e-8);
        head.VarianceOffset(scalars, 5).ShouldBe(0.03, 1e-8);
        head.Temperature(scalars).ShouldBe(2.5, 1e-6);
    }

    // Of two equally near shot counts the larger answers: 3 lies between 1 and 5.
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 5)]
    [InlineData(4, 5)]
    [InlineData(5, 5)]
    [InlineData(20, 5)]
    public void VarianceOffset_AnyShots_IsThatOfTheNearestTrainedCount(int shots, int trained)
    {
        var head = new HeadParameters(Job);
        float[] scalars = [MathF.Log(0.25f), MathF.Log(0.5f), 0];
        double[] gradient = new double[3];

        head.VarianceOffset(scalars, shots).ShouldBe(trained == 1 ? 0.25 : 0.5, 1e-6);
        head.AddGradient(gradient, shots, 7, 3);
        gradient.ShouldBe([trained == 1 ? 7 : 0, trained == 5 ? 7 : 0, 3]);
    }

    [Fact]
    public void Entries_NothingLearned_AreNoneAndTheStartsStay()
    {
        var head = new HeadParameters(Job with { Network = Job.Network with { LearnVarianceOffset = false }, Loss = new LossSpecification { Kind = LossKind.Histogram } });

        head.Entries.ShouldBeEmpty();
        head.VarianceOffset([], 3).ShouldBe(0.03);
        head.Temperature([]).ShouldBe(1);
    }
}
