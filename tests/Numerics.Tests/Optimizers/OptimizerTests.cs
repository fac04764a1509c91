using CsCheck;
using S2M.Numerics.Optimizers;
using S2M.Numerics.Parameters;
using S2M.Numerics.Portable;

namespace S2M.Numerics.Tests.Optimizers;

public sealed class OptimizerTests
{
    private static readonly string[] Kinds = ["adam", "adam with decay", "adamw", "sgd", "sgd with decay"];

    public static TheoryData<string> AllKinds => [.. Kinds];

    [Theory]
    [MemberData(nameof(AllKinds))]
    public void Step_AnyLength_IsTheScalarFormulaBitForBit(string kind)
        => Gen.Select(Gen.Int[1, 40], Gen.Float[-4, 4].Array[40], Gen.Float[-4, 4].Array[40]).Sample(
            (count, values, slopes) =>
            {
                var layout = new ParameterLayout([new("a", [count], 3)]);
                Optimizer optimizer = Make(kind, layout);
                float[] parameters = values[..count];
                var scalar = new ScalarRule(kind, [.. parameters]);
                for (int step = 0; step < 3; step++)
                {
                    float[] gradient = [.. slopes[..count].Select(slope => slope - step)];
                    optimizer.Step(parameters, gradient, 1e-3);
                    scalar.Step(gradient, 3e-3);
                }

                parameters.Select(BitConverter.SingleToInt32Bits).ShouldBe(scalar.Parameters.Select(BitConverter.SingleToInt32Bits));
            },
            iter: 300);

    [Theory]
    [MemberData(nameof(AllKinds))]
    public void Step_LongerThanARangeAndOnAllProcessors_IsTheScalarFormulaBitForBit(string kind)
    {
        int[] lengths = [(2 * VectorRanges.Longest) + 3, 1, VectorRanges.Longest, 14 * VectorRanges.Longest];
        var layout = new ParameterLayout([.. lengths.Select((length, index) => new ParameterEntry($"entry-{index}", [length], 3))]);
        float[] gradient = [.. Enumerable.Range(0, layout.Count).Select(i => ((i * 7919 % 2001) - 1000) / 512f)];
        float[] parameters = [.. gradient.Select(slope => 1 - slope)];
        var scalar = new ScalarRule(kind, [.. parameters]);

        Make(kind, layout).Step(parameters, gradient, 1e-3);

        scalar.Step(gradient, 3e-3);
        parameters.AsSpan().SequenceEqual(scalar.Parameters).ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(AllKinds))]
    public void Step_SumOverEpisodes_IsTheStepByTheirMeanAndLeavesTheOldValues(string kind)
        => Gen.Select(Gen.Float[-4, 4].Array[1, 40], Gen.Int[1, 1000]).Sample((sum, count) =>
        {
            var layout = new ParameterLayout([new("a", [sum.Length])]);
            float[] values = [.. sum.Select(value => 1 - value)];
            float[] next = new float[sum.Length];
            float[] inPlace = [.. values];

            Make(kind, layout).Step(values, sum, count, 1e-3, next);
            Make(kind, layout).Step(inPlace, (float[])[.. sum.Select(value => value / count)], 1e-3);

            next.Select(BitConverter.SingleToInt32Bits).ShouldBe(inPlace.Select(BitConverter.SingleToInt32Bits));
            values.ShouldBe(sum.Select(value => 1 - value));
        });

    [Theory]
    [MemberData(nameof(AllKinds))]
    public void Step_EntryWithADecayScale_DecaysByThatShare(string kind)
    {
        float[] values = [.. Enumerable.Range(0, 13).Select(i => (i - 7.5f) / 3)];
        float[] gradient = [.. values.Select(value => 1 / value)];
        float[] After(double decay, float scale)
        {
            float[] parameters = [.. values];
            Optimizer optimizer = Make(kind, new ParameterLayout([new("a", [values.Length], 3, scale)]), decay);
            optimizer.Step(parameters, gradient, 1e-2);
            optimizer.Step(parameters, gradient, 1e-2);
            return parameters;
        }

        After(0.5, 0).ShouldBe(After(0, 1));
        After(0.5, 0.5f).ShouldBe(After(0.25, 1));
        After(0.5, 1).SequenceEqual(After(0, 1)).ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(AllKinds))]
    public void Restore_StateOfAnother_GoesOnWithTheSameBits(string kind)
    {
        var layout = new ParameterLayout([new("a", [13]), new("b", [5], 10)]);
        float[] gradient = [.. Enumerable.Range(0, layout.Count).Select(i => (i - 7) / 8f)];
        float[] whole = new float[layout.Count];
        Optimizer first = Make(kind, layout);
        first.Step(whole, gradient, 1e-2);
        float[] resumed = [.. whole];
        Optimizer second = Make(kind, layout);
        second.Restore(first.StepCount, first.State.ToDictionary(moment => moment.Name, moment => (float[])[.. moment.Values], StringComparer.Ordinal));

        first.Step(whole, gradient, 1e-2);
        second.Step(resumed, gradient, 1e-2);

        resumed.ShouldBe(whole);
        second.StepCount.ShouldBe(2);
    }

    [Fact]
    public void Restore_MomentOfAnotherLength_IsRefusedAndChangesNothing()
    {
        var optimizer = new Adam(new ParameterLayout([new("a", [2])]));
        var state = new Dictionary<string, float[]>(StringComparer.Ordinal) { ["first_moment"] = [1, 2], ["second_moment"] = [1] };

        Should.Throw<ArgumentException>(() => optimizer.Restore(5, state)).Message.ShouldContain("'second_moment': expected 2 values, got 1");

        optimizer.StepCount.ShouldBe(0);
        optimizer.State.ShouldAllBe(moment => moment.Values.All(value => value == 0));
    }

    [Fact]
    public void Restore_NegativeCount_IsRefused()
        => Should.Throw<ArgumentOutOfRangeException>(() => new Sgd(new ParameterLayout([new("a", [1])])).Restore(-1, new Dictionary<string, float[]>(StringComparer.Ordinal)));

    [Fact]
    public void Step_LengthsOfAnotherLayout_AreRefused()
    {
        var optimizer = new Sgd(new ParameterLayout([new("a", [2])]));

        Should.Throw<ArgumentException>(() => optimizer.Step(new float[3], new float[2], 1)).Message.ShouldContain("parameters: expected 2 values as in the layout, got 3");
        Should.Throw<ArgumentException>(() => optimizer.Step(new float[2], new float[1], 1)).Message.ShouldContain("gradient: expected 2 values as in the layout, got 1");
        optimizer.StepCount.ShouldBe(0);
    }

    private static Optimizer Make(string kind, ParameterLayout layout) => Make(kind, layout, kind is "adam" or "sgd" ? 0 : 0.1);

    private static Optimizer Make(string kind, ParameterLayout layout, double decay) => kind switch
    {
        "adam" or "adam with decay" => new Adam(layout, weightDecay: decay),
        "adamw" => new AdamW(layout, weightDecay: decay),
        "sgd" => new Sgd(layout, weightDecay: decay),
        _ => new Sgd(layout, 0.8, decay),
    };

    /// <summary>The rules one element at a time, in the same written order.</summary>
    private sealed class ScalarRule(string kind, float[] parameters)
    {
        private readonly float[] _first = new float[parameters.Length];
        private readonly float[] _second = new float[parameters.Length];
        private int _steps;

        internal float[] Parameters => parameters;

        internal void Step(float[] gradient, double rate)
        {
            _steps++;
            for (int i = 0; i < parameters.Length; i++)
            {
                if (kind.StartsWith("sgd", StringComparison.Ordinal))
                {
                    Sgd(i, gradient[i], (float)rate, kind == "sgd" ? 0.9f : 0.8f, kind == "sgd" ? 0 : 0.1f);
                }
                else
                {
                    Adam(i, gradient[i], rate, kind == "adam with decay" ? 0.1f : 0, kind == "adamw" ? (float)(1 - (rate * 0.1)) : 1);
                }
            }
        }

        private void Sgd(int i, float slope, float rate, float momentum, float decay)
        {
            _first[i] = (momentum * _first[i]) + (slope + (decay * parameters[i]));
            parameters[i] -= rate * _first[i];
        }

        private void Adam(int i, float gradient, double rate, float decay, float shrink)
        {
            float corrected = (float)(rate / (1 - PortableMath.Pow(0.9, _steps)));
            float root = (float)Math.Sqrt(1 - PortableMath.Pow(0.999, _steps));
            float value = parameters[i] * shrink;
            float slope = gradient + (decay * value);
            _first[i] = ((float)0.9 * _first[i]) + ((float)(1 - 0.9) * slope);
            _second[i] = ((float)0.999 * _second[i]) + ((float)(1 - 0.999) * (slope * slope));
            parameters[i] = value - (corrected * (_first[i] / ((MathF.Sqrt(_second[i]) / root) + (float)1e-8)));
        }
    }
}
