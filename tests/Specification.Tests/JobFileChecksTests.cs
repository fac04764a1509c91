namespace S2M.Specification.Tests;

public sealed class JobFileChecksTests
{
    [Theory]
    [InlineData("episode: {images_per_class: 9}", "line 4: episode.groups: expected positions below images_per_class = 9, got 9 in group 1; raise")]
    [InlineData("episode:\n  groups:\n  - {support: 0-4, queries: 5-9}\n  - {support: 0-4, queries: 4-9}", "episode.groups: expected support and queries without a common position, got 0-4 and 4-9 in group 2")]
    [InlineData("episode: {classes: 9, images_per_class: 20}", "line 4: episode: expected at least 128 images of at least 10 classes, since batch norm sees exactly one episode, got 180 images of 9 classes")]
    [InlineData("episode: {classes: 12}", "got 120 images of 12 classes")]
    [InlineData("split: {train: 7}", "episode.classes: expected at most 28 different concepts, four rotations of split.train = 7, got 30; lower it or raise split.train")]
    [InlineData("split: {test: 4}\nevaluation:\n  ways: [5, 20]", "line 6: evaluation.ways: expected at most 16 different concepts, four rotations of split.test = 4, got 20")]
    [InlineData("split: {validation: 4}", "evaluation.ways: expected at most 16 different concepts, four rotations of split.validation = 4, got 20")]
    [InlineData("data: {name: a, rotations: false}\nsplit: {test: 19}", "expected at most 19 different concepts, split.test = 19, got 20")]
    [InlineData("training: {steps: 50}\noptimizer: {warm_up_steps: 50}", "line 5: optimizer.warm_up_steps: expected fewer than training.steps = 50, got 50; lower it, or train longer")]
    [InlineData("split: {train: 20}\nepisode: {modes: 3}", "episode.classes: expected at most 80 different concepts, four rotations of split.train = 20, got 90")]
    [InlineData("evaluation: {sets: {support: 3, noise_percents: [30]}}", "line 4: evaluation.sets: expected at least one clean image of each of 3 modes, got a support of 3 with 1 of noise; raise support")]
    [InlineData("evaluation:\n  sets: {support: 2, noise_percents: [0]}", "line 5: evaluation.sets: expected at least one clean image of each of 3 modes, got a support of 2 with 0")]
    [InlineData("evaluation: {sets: {distractors: 4}}", "evaluation.sets: expected at least 5 distractors, one for each image of noise, got 4")]
    [InlineData("evaluation: {sets: {noise_percents: [0], distractors: 0}}", "evaluation.sets: expected at least 1 distractors")]
    [InlineData("evaluation: {sets: {modes: [4]}}", "evaluation.sets.modes: expected different whole numbers from 1 to 3, got '4'")]
    [InlineData("evaluation: {sets: {noise_percents: [91]}}", "evaluation.sets.noise_percents: expected different whole numbers from 0 to 90, got '91'")]
    [InlineData("evaluation: {sets: {noise_kinds: [clutter, rain]}}", "evaluation.sets.noise_kinds: expected different ones of scattered, clutter, coherent, got 'rain'")]
    [InlineData("evaluation: {sets: {weights: [skewed, skewed]}}", "evaluation.sets.weights: expected different ones of balanced, skewed, got 'skewed'")]
    [InlineData("evaluation: {sets: {weights: skewed}}", "evaluation.sets.weights: expected a list such as [balanced, skewed], got 'skewed'")]
    [InlineData("evaluation: {sets: 5}", "evaluation.sets: expected a block of fields, got '5'")]
    [InlineData("training: {steps: 20}", "optimizer.warm_up_steps: expected fewer than training.steps = 20, got 50")]
    public void Parse_FieldsThatDoNotFit_AreRefused(string more, string expected)
    {
        string yaml = more.StartsWith("data:", StringComparison.Ordinal) ? "name: a\n" + more : TestJobs.Minimal + more;

        TestJobs.Refusal(yaml).ShouldContain(expected);
    }

    [Theory]
    [InlineData("data: {name: a, image: {size: 182}}", "line 2: data.image.size: expected first-block activations of less than 2 GiB, max(episode.classes x episode.images_per_class, 256) images "
        + "x size^2 x 64 filters x 4 bytes, got 2.37 GiB for 300 images of 182 x 182 pixels; lower data.image.size, episode.classes or episode.images_per_class")]
    [InlineData("data: {name: a, image: {size: 182}}\nepisode: {classes: 20}", "got 2.02 GiB for 256 images of 182 x 182 pixels")]
    [InlineData("data: {name: a}\nsplit: {train: 40000}\nepisode: {classes: 100000, images_per_class: 10000}", "GiB for 1000000000 images of 28 x 28 pixels")]
    public void Parse_ActivationsBeyondTwoGiB_AreRefused(string more, string expected) => TestJobs.Refusal("name: a\n" + more).ShouldContain(expected);

    [Theory]
    [InlineData(181, 20)]
    [InlineData(167, 30)]
    public void Parse_ActivationsJustBelowTwoGiB_AreTaken(int size, int classes) =>
        TestJobs.Parse($"name: a\ndata: {{name: a, image: {{size: {size}}}}}\nepisode: {{classes: {classes}}}").Data.Size.ShouldBe(size);

    [Fact]
    public void Parse_ValidationPartOfARunThatValidatesAtTheEndOnly_MustFit() =>
        TestJobs.Refusal(TestJobs.Minimal + "split: {validation: 1}\ntraining: {validate_every: 0}")
            .ShouldContain("evaluation.ways: expected at most 4 different concepts, four rotations of split.validation = 1, got 20");

    [Fact]
    public void Parse_TrialShortenedOnTheCommandLine_MayEndWithinItsWarmUp() =>
        TestJobs.Parse(TestJobs.Minimal + "optimizer: {warm_up_steps: 40}", "training.steps=3").Training.Steps.ShouldBe(3);

    [Fact]
    public void Parse_WarmUpSetOnTheCommandLine_IsChecked() =>
        TestJobs.Refusal(TestJobs.Minimal, "training.steps=3", "optimizer.warm_up_steps=3").ShouldStartWith("--set optimizer.warm_up_steps=3: optimizer.warm_up_steps: expected fewer");

    // The histogram loss needs a negative, the n-way loss a choice: both follow from ten classes an episode.
    [Theory]
    [InlineData("histogram")]
    [InlineData("n_way")]
    public void Parse_LossOverOneConcept_IsRefused(string loss) =>
        TestJobs.Refusal(TestJobs.Minimal + $"loss: {{kind: {loss}}}\nepisode: {{classes: 1, images_per_class: 200}}").ShouldContain("episode.classes: expected a whole number from 2 to 100000, got '1'");
}
