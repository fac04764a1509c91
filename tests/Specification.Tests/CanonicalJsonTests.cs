using System.Text.Json.Nodes;
using CsCheck;

namespace S2M.Specification.Tests;

public sealed class CanonicalJsonTests
{
    private static readonly Gen<JobSpecification> Jobs = Gen.Select(
        Gen.Double[1e-12, 900],
        Gen.ULong,
        Gen.Int[1, int.MaxValue],
        Gen.Enum<LossKind>(),
        Gen.Int[2, 50].List[1, 4],
        Gen.Bool,
        (rate, seed, steps, loss, ways, flag) => TestJobs.Parse(TestJobs.Minimal) with
        {
            Optimizer = new OptimizerSpecification { LearningRate = rate, CosineDecay = flag },
            Training = new TrainingSpecification { Seed = seed, Steps = steps },
            Loss = new LossSpecification { Kind = loss },
            Evaluation = new EvaluationSpecification { Ways = ways },
        });

    private const string Mixture = TestJobs.Minimal + "network: {head: adagmm}\nepisode: {groups: [{support: 0-5, queries: 6-9}]}\n";

    [Fact]
    public void Write_DefaultJob_IsKnown() => CanonicalJson.Write(TestJobs.Parse(TestJobs.Minimal)).ShouldBe(
        """
        {
        "data":{"channels":1,"ink":true,"name":"glyphs","rotations":true,"size":28},
        "episode":{"classes":30,"groups":[{"queries":{"first":5,"last":9},"support":{"first":0,"last":4}},{"queries":{"first":0,"last":4},"support":{"first":5,"last":9}},{"queries":{"first":5,"last":9},"support":{"first":0,"last":0}},{"queries":{"first":0,"last":4},"support":{"first":5,"last":5}}],"images_per_class":10},
        "evaluation":{"episodes":600,"queries":15,"seed":1,"shots":[1,5],"validation_episodes":100,"ways":[5,20]},
        "loss":{"bins":100,"kind":"n_way","temperature":1,"variant":"slides"},
        "name":"small",
        "network":{"dropout":0,"embedding":"conv4","head":"gauss","learn_variance_offset":true,"variance_offset":0.01},
        "optimizer":{"beta1":0.9,"beta2":0.999,"cosine_decay":true,"epsilon":1E-08,"kind":"adam","learning_rate":0.002,"momentum":0.9,"warm_up_steps":50,"weight_decay":0},
        "split":{"seed":1,"test":423,"train":1028,"validation":172},
        "training":{"batch_norm_momentum":0.1,"checkpoint_every":200,"episodes_per_step":2,"non_finite_budget":10,"seed":1,"steps":1000,"validate_every":500}
        }
        """.ReplaceLineEndings(string.Empty));

    [Fact]
    public void HashOf_DefaultJob_IsKnown() => CanonicalJson.HashOf(TestJobs.Parse(TestJobs.Minimal)).ShouldBe("b9a57185b51d340e81da1fa8f1292f138c71df4da7765388ed7a8fd19ce8ad99");

    [Fact]
    public void Write_MixtureHead_HasItsOptions() => NetworkOf(Mixture).ShouldBe(
        """
        {
        "adjoint":"implicit","background":false,"dropout":0,"embedding":"conv4","head":"adagmm","k_by":"means","learn_predictive_offset":true,"learn_prior_variance":false,"learn_variance_offset":true,
        "prior_strength":1,"prior_variance":0.001,"regularizer":"map","start":"k_means","variance_offset":0.01,"weight_prior":1
        }
        """.ReplaceLineEndings(string.Empty));

    [Fact]
    public void Write_OptionsOfMixturesOnAnotherHead_AreLeftOut() =>
        CanonicalJson.Write(TestJobs.Parse(TestJobs.Minimal) with { Network = new NetworkSpecification { Adjoint = AdjointKind.Unrolled, PriorStrength = 5 } })
            .ShouldBe(CanonicalJson.Write(TestJobs.Parse(TestJobs.Minimal)));

    [Fact]
    public void Write_GradientCheck_IsThereWhereItIsOn() =>
        CanonicalJson.Differences(TestJobs.Parse(TestJobs.Minimal), TestJobs.Parse(TestJobs.Minimal, "training.gradient_check=10")).ShouldBe(["training.gradient_check: none, 10"]);

    [Fact]
    public void Read_MixtureHead_IsTheSameJob()
    {
        JobSpecification job = TestJobs.Parse(Mixture, "network.adjoint=unrolled", "network.k_by=slides", "network.regularizer=additive", "network.learn_predictive_offset=false");

        CanonicalJson.Read(CanonicalJson.Write(job)).Network.ShouldBe(job.Network);
    }

    [Fact]
    public void Write_LaterFieldsAtTheirDefaults_AreLeftOut() => CanonicalJson.Write(
        TestJobs.Parse(TestJobs.Minimal, "episode.modes=1", "episode.mode_weights=balanced", "training.keep={best: true}"))
        .ShouldBe(CanonicalJson.Write(TestJobs.Parse(TestJobs.Minimal)));

    [Fact]
    public void Write_LaterFieldsSet_StandInTheTextAndReadBack()
    {
        JobSpecification job = TestJobs.Parse(TestJobs.Minimal, TestJobs.LaterFields);

        CanonicalJson.Write(job).ShouldContain("""
            "sets":{"distractors":60,"episodes":100,"hybrids":0,"modes":[1,2,3],"noise_kinds":["scattered"],"noise_percents":[0,15,30],"positives_per_mode":5,"support":15,"weights":["balanced"]}
            """);
        CanonicalJson.Write(job).ShouldContain("\"mode_weights\":\"skewed\",\"modes\":2");
        CanonicalJson.Write(job).ShouldContain("\"gradient_format\":\"bfloat16\"");
        CanonicalJson.Write(job).ShouldContain("""
            "keep":{"best":true,"every":1000,"last":5}
            """);
        CanonicalJson.Write(CanonicalJson.Read(CanonicalJson.Write(job))).ShouldBe(CanonicalJson.Write(job));
        CanonicalJson.Differences(TestJobs.Parse(TestJobs.Minimal), job).ShouldContain(line => line == "episode.modes: none, 2");
    }

    [Fact]
    public void Read_WhatWriteGave_IsTheSameJob() =>
        Jobs.Sample(job => CanonicalJson.Write(CanonicalJson.Read(CanonicalJson.Write(job))) == CanonicalJson.Write(job), iter: 500);

    [Fact]
    public void Read_KeysInAnotherOrder_HasTheSameHash()
    {
        JobSpecification job = TestJobs.Parse(TestJobs.Minimal);
        var reversed = new JsonObject(JsonNode.Parse(CanonicalJson.Write(job))!.AsObject().Reverse().Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));

        CanonicalJson.HashOf(CanonicalJson.Read(reversed.ToJsonString())).ShouldBe(CanonicalJson.HashOf(job));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"name":"a","data":null}""")]
    [InlineData("""{"name":"a","data":{"name":"b"},"episode":{"groups":null}}""")]
    [InlineData("""{"name":"a","data":{"name":"b"},"loss":{"kind":"other"}}""")]
    [InlineData("""{"name":"a","data":{"name":"b"},"loss":{"kind":0}}""")]
    [InlineData("""{"name":"a","data":{"name":"b"},"extra":1}""")]
    [InlineData("""{"name":"a","data":{"name":"b"},"loss":{"temperature":1e999}}""")]
    [InlineData("""{"name":"a","name":"a","data":{"name":"b"}}""")]
    public void Read_NoSpecification_IsRefused(string json) => Should.Throw<SpecificationException>(() => CanonicalJson.Read(json)).Message.ShouldStartWith("specification: ");

    [Fact]
    public void Differences_EqualJobs_AreNone() => CanonicalJson.Differences(TestJobs.Parse(TestJobs.Minimal), TestJobs.Parse(TestJobs.Minimal)).ShouldBeEmpty();

    [Fact]
    public void Differences_ChangedFields_NameBothValuesInOrder() =>
        CanonicalJson.Differences(TestJobs.Parse(TestJobs.Minimal), TestJobs.Parse(TestJobs.Minimal, "training.steps=200", "loss.kind=histogram", "evaluation.ways=[5]"))
            .ShouldBe(["evaluation.ways: [5,20], [5]", "loss.kind: \"n_way\", \"histogram\"", "training.steps: 1000, 200"]);

    private static string NetworkOf(string yaml) => JsonNode.Parse(CanonicalJson.Write(TestJobs.Parse(yaml)))!["network"]!.ToJsonString();
}
