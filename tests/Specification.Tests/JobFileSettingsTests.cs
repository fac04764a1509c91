namespace S2M.Specification.Tests;

public sealed class JobFileSettingsTests
{
    [Fact]
    public void Parse_Settings_GoOverTheFileAndTheLastWins()
    {
        JobSpecification job = TestJobs.Parse(
            TestJobs.Minimal + "training: {steps: 100}",
            "training.steps=70",
            "training.steps=80",
            "network.head=nearest_mean",
            "data.image.size=32",
            "evaluation.ways=[2,3]",
            "evaluation.shots=[7]",
            "name=other");

        job.Training.Steps.ShouldBe(80);
        job.Network.Head.ShouldBe(HeadKind.NearestMean);
        job.Data.Size.ShouldBe(32);
        job.Evaluation.Ways.ShouldBe([2, 3]);
        job.Evaluation.Shots.ShouldBe([7]);
        job.Name.ShouldBe("other");
    }

    [Fact]
    public void Parse_SettingOfGroups_ReplacesTheList() =>
        TestJobs.Parse(TestJobs.Minimal, "episode.groups=[{support: 0-2, queries: 3-9}, {support: 9, queries: 0-5}]").Episode.Groups
            .ShouldBe([new GroupSpecification(new(0, 2), new(3, 9)), new GroupSpecification(new(9, 9), new(0, 5))]);

    [Fact]
    public void Parse_SettingOfABlock_ReplacesTheBlock() =>
        TestJobs.Parse(TestJobs.Minimal + "loss: {bins: 7}", "loss={kind: histogram}").Loss.ShouldBe(new LossSpecification { Kind = LossKind.Histogram });

    [Theory]
    [InlineData("training.steps", "expected path=value such as training.steps=100")]
    [InlineData("=5", "expected path=value")]
    [InlineData("training..steps=5", "expected path=value")]
    [InlineData("training.steps=x", "--set training.steps=x: training.steps: expected a whole number of at least 1, got 'x'")]
    [InlineData("training.stepz=5", "--set training.stepz=5: training.stepz: there is no such field; did you mean 'steps'?")]
    [InlineData("trainin.steps=5", "--set trainin.steps=5: trainin: there is no such field; did you mean 'training'?")]
    [InlineData("name.first=x", "expected 'name' to be a block, got a value or a list")]
    [InlineData("episode.groups[0].support=0", "expected a list to be replaced whole, got one item; write all of it, such as episode.groups=[{support: 0-4, queries: 5-9}]")]
    [InlineData("episode.groups.support=0", "expected 'support'")]
    [InlineData("episode.groups=[{support: 0-4, queries: 5-99}]", "--set episode.groups=[{support: 0-4, queries: 5-99}]: episode.groups: expected positions below images_per_class = 10, got 99 in group 1")]
    [InlineData("episode.groups=[{support: 0-4}]", "--set episode.groups=[{support: 0-4}]: episode.groups[0].queries: expected a value, got nothing")]
    [InlineData("evaluation.ways=[5", "--set evaluation.ways=[5: expected YAML")]
    [InlineData("evaluation.ways=[5, &a 6, *a]", "got an alias")]
    [InlineData("evaluation.ways=[", "--set evaluation.ways=[")]
    [InlineData("evaluation.ways=[5] x", "--set evaluation.ways=[5] x")]
    public void Parse_WrongSetting_IsNamed(string setting, string expected)
    {
        // Without groups in the file, 'episode.groups' of a path is a block that the setting makes.
        string yaml = setting.StartsWith("episode.groups.support", StringComparison.Ordinal)
            ? TestJobs.Minimal + "episode: {groups: [{support: 0-4, queries: 5-9}]}"
            : TestJobs.Minimal;
        string message = TestJobs.Refusal(yaml, setting);

        message.ShouldStartWith("--set ");
        message.ShouldContain(expected == "expected 'support'" ? "expected 'groups' to be a block, got a value or a list" : expected);
    }

    [Fact]
    public void Parse_ErrorInTheFileBesideASetting_NamesTheLine() =>
        TestJobs.Refusal(TestJobs.Minimal + "loss: {bins: 1}", "training.steps=70").ShouldStartWith("job.yaml: line 4: loss.bins");
}
