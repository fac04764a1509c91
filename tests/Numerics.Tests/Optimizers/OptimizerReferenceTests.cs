using S2M.Numerics.Optimizers;
using S2M.Numerics.Parameters;

namespace S2M.Numerics.Tests.Optimizers;

/// <summary>Against PyTorch: tests/reference/optimizers.py made the numbers.</summary>
public sealed class OptimizerReferenceTests
{
    private const double Tolerance = 1e-6;
    private static readonly Reference Numbers = ReferenceFile.Read<Reference>("optimizers.json");

    public static TheoryData<string> Names => [.. Numbers.Cases.Select(example => example.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Step_SixtySteps_IsTorch(string name)
    {
        Case example = Numbers.Cases.Single(one => one.Name == name);
        var layout = new ParameterLayout([new("a", [Numbers.Sizes[0]], Numbers.Scales[0]), new("b", [Numbers.Sizes[1]], Numbers.Scales[1])]);
        Optimizer optimizer = example.Kind switch
        {
            "adam" => new Adam(layout, example.Beta1, example.Beta2, example.Epsilon, example.WeightDecay),
            "adam_w" => new AdamW(layout, example.Beta1, example.Beta2, example.Epsilon, example.WeightDecay),
            _ => new Sgd(layout, example.Momentum, example.WeightDecay),
        };
        var schedule = new LearningRateSchedule(example.LearningRate, example.WarmUpSteps, Numbers.Steps, example.Cosine);
        float[] parameters = [.. Enumerable.Range(0, layout.Count).Select(i => (((i * 37) % 64) - 32) / 32f)];

        int compared = 0;
        for (int step = 0; step < Numbers.Steps; step++)
        {
            float[] gradient = [.. Enumerable.Range(0, layout.Count).Select(i => ((((step * 7919) + (i * 10473)) % 2001) - 1000) / 512f)];
            optimizer.Step(parameters, gradient, schedule.At(step));
            if (example.Parameters.TryGetValue($"{step + 1}", out double[]? expected))
            {
                parameters.Zip(expected, (got, torch) => Math.Abs(got - torch)).Max().ShouldBeLessThan(Tolerance, $"step {step + 1}");
                compared++;
            }
        }

        compared.ShouldBe(5);
        optimizer.StepCount.ShouldBe(Numbers.Steps);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void At_EveryStep_IsTorch(string name)
    {
        Case example = Numbers.Cases.Single(one => one.Name == name);
        var schedule = new LearningRateSchedule(example.LearningRate, example.WarmUpSteps, Numbers.Steps, example.Cosine);

        example.Rates.Select((rate, step) => Math.Abs(schedule.At(step) - rate)).Max().ShouldBeLessThan(example.LearningRate * Tolerance);
    }

    internal sealed record Reference(int Steps, int[] Sizes, float[] Scales, Case[] Cases);

    internal sealed record Case(
        string Name,
        string Kind,
        double Beta1,
        double Beta2,
        double Epsilon,
        double WeightDecay,
        double Momentum,
        double LearningRate,
        int WarmUpSteps,
        bool Cosine,
        double[] Rates,
        Dictionary<string, double[]> Parameters);
}
