using System.Text;

namespace S2M.Specification.Tests;

public sealed class JobFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("s2m-specification-").FullName;

    [Fact]
    public void Parse_MinimalJob_HasAllDefaults() =>
        CanonicalJson.Write(TestJobs.Parse(TestJobs.Minimal)).ShouldBe(CanonicalJson.Write(new JobSpecification { Name = "small", Data = new DataSpecification { Name = "glyphs" } }));

    [Fact]
    public void Parse_EveryField_IsRead()
    {
        JobSpecification job = TestJobs.Parse("""
            name: A.b_c-9
            data: {name: birds, rotations: false, image: {size: 64, channels: 3, ink: false}}
            split: {seed: 18446744073709551615, train: 60, validation: 30, test: 40}
            network: {embedding: conv4, dropout: 0.25, head: nearest_mean, variance_offset: 1e-3, learn_variance_offset: false}
            loss: {kind: histogram, variant: midpoint, bins: 50, temperature: 0.5}
            episode: {classes: 20, images_per_class: 8, groups: [{support: 0-2, queries: 3-7}, {support: 7, queries: 0}]}
            training: {steps: 70, episodes_per_step: 3, seed: 4, checkpoint_every: 5, validate_every: 0, non_finite_budget: 6, batch_norm_momentum: 1}
            optimizer: {kind: adam_w, learning_rate: 0.1, warm_up_steps: 7, cosine_decay: false, beta1: 0, beta2: 0.5, epsilon: 1e-4, momentum: 0.8, weight_decay: 2}
            evaluation: {ways: [2, 3], shots: [4], queries: 9, episodes: 10, validation_episodes: 11, seed: 12}
            """);

        CanonicalJson.Write(job).ShouldBe(CanonicalJson.Write(new JobSpecification
        {
            Name = "A.b_c-9",
            Data = new DataSpecification { Name = "birds", Rotations = false, Size = 64, Channels = 3, Ink = false },
            Split = new SplitSpecification { Seed = ulong.MaxValue, Train = 60, Validation = 30, Test = 40 },
            Network = new NetworkSpecification { Dropout = 0.25, Head = HeadKind.NearestMean, VarianceOffset = 1e-3, LearnVarianceOffset = false },
            Loss = new LossSpecification { Kind = LossKind.Histogram, Variant = HistogramVariant.Midpoint, Bins = 50, Temperature = 0.5 },
            Episode = new EpisodeSpecification { Classes = 20, ImagesPerClass = 8, Groups = [new(new(0, 2), new(3, 7)), new(new(7, 7), new(0, 0))] },
            Training = new TrainingSpecification { Steps = 70, EpisodesPerStep = 3, Seed = 4, CheckpointEvery = 5, ValidateEvery = 0, NonFiniteBudget = 6, BatchNormMomentum = 1 },
            Optimizer = new OptimizerSpecification
            {
                Kind = OptimizerKind.AdamW,
                LearningRate = 0.1,
                WarmUpSteps = 7,
                CosineDecay = false,
                Beta1 = 0,
                Beta2 = 0.5,
                Epsilon = 1e-4,
                Momentum = 0.8,
                WeightDecay = 2,
            },
            Evaluation = new EvaluationSpecification { Ways = [2, 3], Shots = [4], Queries = 9, Episodes = 10, ValidationEpisodes = 11, Seed = 12 },
        }));
    }

    [Fact]
    public void Parse_EveryOptionOfMixtures_IsRead()
    {
        JobSpecification job = TestJobs.Parse("""
            name: small
            data: {name: glyphs}
            network:
              embedding: lenet
              head: adagmm
              adjoint: unrolled
              regularizer: additive
              prior_strength: 2
              prior_variance: 3e-3
              learn_prior_variance: true
              weight_prior: 0
              background: true
              start: farthest_first
              k_by: aic_means
              learn_predictive_offset: false
            episode: {groups: [{support: 0-5, queries: 6-9}]}
            training: {gradient_check: 25}
            """);

        job.Network.ShouldBe(new NetworkSpecification
        {
            Embedding = "lenet",
            Head = HeadKind.AdaGmm,
            Adjoint = AdjointKind.Unrolled,
            Regularizer = RegularizerKind.Additive,
            PriorStrength = 2,
            PriorVariance = 3e-3,
            LearnPriorVariance = true,
            WeightPrior = 0,
            Background = true,
            Start = StartKind.FarthestFirst,
            KBy = ComponentCriterion.AicMeans,
            LearnPredictiveOffset = false,
        });
        job.Training.GradientCheck.ShouldBe(25);
    }

    [Theory]
    [InlineData("training:\n  steps: many", "job.yaml: line 5: training.steps: expected a whole number of at least 1, got 'many'")]
    [InlineData("training:\n  steps: 1.5", "line 5: training.steps")]
    [InlineData("training:\n  steps: 0", "line 5: training.steps")]
    [InlineData("training:\n  steps: 99999999999", "line 5: training.steps")]
    [InlineData("training:\n  steps:", "line 5: training.steps: expected a whole number of at least 1, got ''")]
    [InlineData("training:\n  steps: [1]", "line 5: training.steps: expected a whole number of at least 1, got a list")]
    [InlineData("training:\n  seed: -1", "line 5: training.seed: expected a whole number from 0 to 2^64 - 1, got '-1'")]
    [InlineData("training: 5", "line 4: training: expected a block of fields, got '5'")]
    [InlineData("training:\n  - steps", "line 5: training: expected a block of fields, got a list")]
    [InlineData("optimizer:\n  learning_rate: 0", "line 5: optimizer.learning_rate: expected a number above 0, at most 1000, got '0'")]
    [InlineData("optimizer:\n  learning_rate: NaN", "got 'NaN'")]
    [InlineData("optimizer:\n  learning_rate: 1e999", "got '1e999'")]
    [InlineData("optimizer:\n  beta1: 1", "line 5: optimizer.beta1: expected a number at least 0, below 1, got '1'")]
    [InlineData("optimizer:\n  cosine_decay: yes", "line 5: optimizer.cosine_decay: expected true or false, got 'yes'")]
    [InlineData("network:\n  head: Gauss", "line 5: network.head: expected gauss or gmm2 or gmm3 or gmm4 or adagmm or nearest_mean, got 'Gauss'")]
    [InlineData("evaluation:\n  ways: 5", "line 5: evaluation.ways: expected a list such as [5, 20], got '5'")]
    [InlineData("evaluation:\n  ways: []", "line 5: evaluation.ways: expected a list such as [5, 20], got an empty list")]
    [InlineData("evaluation:\n  ways:\n  - 5\n  - 1", "line 7: evaluation.ways: expected different whole numbers of at least 2, got '1'")]
    [InlineData("evaluation:\n  shots: [1, 5, 1]", "line 5: evaluation.shots: expected different whole numbers of at least 1, got '1'")]
    [InlineData("evaluation:\n  shots: [-1]", "line 5: evaluation.shots: expected different whole numbers of at least 1, got '-1'")]
    [InlineData("episode:\n  groups: []", "line 5: episode.groups: expected a list of at least one block, got an empty list")]
    [InlineData("episode:\n  groups:\n  - 3", "line 6: episode.groups[0]: expected a block of fields, got '3'")]
    [InlineData("episode:\n  groups:\n  - {support: 0-4, queries: 5-9}\n  - {support: 3-1, queries: 5-9}", "line 7: episode.groups[1].support: expected positions such as 0-4 or 0")]
    [InlineData("episode:\n  groups:\n  - {support: -1, queries: 5-9}", "line 6: episode.groups[0].support")]
    [InlineData("episode:\n  groups:\n  - {support: 0-1-2, queries: 5-9}", "line 6: episode.groups[0].support")]
    [InlineData("episode:\n  groups:\n  - {support: 0-4}", "line 6: episode.groups[0].queries: expected a value, got nothing; add 'queries: ...'")]
    [InlineData("? [a, b]\n: 1", "line 4: ?: there is no such field")]
    public void Parse_WrongField_NamesLineFieldExpectedAndGot(string more, string expected) => TestJobs.Refusal(TestJobs.Minimal + more).ShouldContain(expected);

    [Theory]
    [InlineData("trainig: {steps: 5}", "line 4: trainig: there is no such field; did you mean 'training'?")]
    [InlineData("training: {step: 5}", "training.step: there is no such field; did you mean 'steps'?")]
    [InlineData("training: {Steps: 5}", "did you mean 'steps'?")]
    [InlineData("episode: {groups: [{support: 0, query: 5}]}", "episode.groups[0].queries: expected a value")]
    [InlineData("episode: {groups: [{support: 0, queries: 5, quiries: 5}]}", "episode.groups[0].quiries: there is no such field; did you mean 'queries'?")]
    [InlineData("learning_rate: 5", "there is no such field; known fields are name, data, split")]
    public void Parse_UnknownField_SuggestsTheNearest(string more, string expected) => TestJobs.Refusal(TestJobs.Minimal + more).ShouldContain(expected);

    [Theory]
    [InlineData("", "line 1")]
    [InlineData("- a", "line 1: expected a block of fields")]
    [InlineData("name: [", "expected YAML")]
    [InlineData("name: a\n\tb: c", "line 1: expected YAML")]
    [InlineData("name: a\nname: b\ndata: {name: glyphs}", "line 2: expected YAML, got: Duplicate key")]
    [InlineData("name: a\ndata: {name: glyphs}\n---\nname: b", "expected one document, got 2")]
    [InlineData("name: &n a\ndata: {name: *n}", "line 2: expected values written out, got an alias")]
    [InlineData("data: {name: glyphs}", "line 1: name: expected a value, got nothing; add 'name: ...'")]
    [InlineData("{a: 1\n# b\n c: [}", "expected YAML")]
    [InlineData("name: a", "data.name: expected a value, got nothing; add 'name: ...'")]
    public void Parse_NoJob_NamesTheLine(string yaml, string expected) => TestJobs.Refusal(yaml).ShouldContain(expected);

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{a: ", "}")]
    public void Parse_DeepNesting_IsRefusedBeforeItExhaustsTheStack(string open, string close)
    {
        string deep = new StringBuilder("name: ").Insert(6, open, 100_000).Append('1').Insert(7 + (100_000 * open.Length), close, 100_000).ToString();

        TestJobs.Refusal(deep).ShouldContain("expected at most 16 nested blocks and lists");
    }

    [Fact]
    public void Parse_LongOrUnprintableValue_IsQuotedShort()
    {
        TestJobs.Refusal($"name: {new string('x', 100_000)}\ndata: {{name: glyphs}}").Length.ShouldBeLessThan(300);
        TestJobs.Refusal($"{new string('x', 100_000)}: 1\n{TestJobs.Minimal}").Length.ShouldBeLessThan(300);
        TestJobs.Refusal(TestJobs.Minimal + "loss: {kind: \"a\\n\\e[31mb\"}").ShouldContain("got 'a??[31mb'");
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("größe")]
    [InlineData("a@b")]
    [InlineData("''")]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234")]
    public void Parse_NameThatIsNone_IsRefused(string name)
    {
        TestJobs.Refusal($"name: {name}\ndata: {{name: glyphs}}").ShouldContain("line 1: name: expected 1 to 64 letters, digits, '-', '_' or '.', got");
        TestJobs.Refusal($"name: a\ndata: {{name: {name}}}").ShouldContain("line 2: data.name: expected 1 to 64 letters");
    }

    [Fact]
    public void Parse_QuotedKeysAndNumbers_AreAsPlain() =>
        TestJobs.Parse("\"name\": 'small'\n'data':\n  \"name\": glyphs\ntraining:\n  'steps': \"77\"").Training.Steps.ShouldBe(77);

    [Fact]
    public void Parse_NegativeZero_IsZero() =>
        CanonicalJson.HashOf(TestJobs.Parse(TestJobs.Minimal, "optimizer.weight_decay=-0")).ShouldBe(CanonicalJson.HashOf(TestJobs.Parse(TestJobs.Minimal)));

    [Fact]
    public void Read_EveryJobOfTheRepository_IsAJob()
    {
        string[] files = TestJobs.Files();

        files.Select(Path.GetFileName).ShouldContain(file => file == "quickstart.yaml");
        foreach (string file in files)
        {
            JobFile.Read(file, []).Name.ShouldBe(Path.GetFileNameWithoutExtension(file));
            File.ReadLines(file).First().ShouldBe("# yaml-language-server: $schema=job.schema.json");
        }
    }

    // Both data sets have twenty images of a class, and the run refuses what asks for more.
    [Fact]
    public void Read_JobsOfOmniglotAndGlyphs_FitTwentyImagesOfAClass() =>
        TestJobs.Files().Select(file => JobFile.Read(file, [])).Where(job => job.Data.Name is "omniglot" or "glyphs")
            .ShouldAllBe(job => job.Episode.ImagesPerClass <= 20 * job.Episode.Modes && job.Evaluation.Shots.Max() + job.Evaluation.Queries <= 20);

    [Fact]
    public void Read_MissingOrUnreadableFile_IsNamed()
    {
        Refusal(Path.Combine(_folder, "none.yaml")).ShouldContain("none.yaml");
        Refusal(_folder).ShouldContain("got none");
        Refusal("a\0b").ShouldContain("expected a");
    }

    [Fact]
    public void Read_HugeFile_IsRefusedByItsSize()
    {
        string path = Path.Combine(_folder, "huge.yaml");
        using (FileStream file = File.Create(path))
        {
            file.SetLength((1 << 20) + 1);
        }

        Refusal(path).ShouldContain("expected a file of at most 1048576 bytes, got 1048577 bytes");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Refusal(string path) => Should.Throw<SpecificationException>(() => JobFile.Read(path, [])).Message;
}
