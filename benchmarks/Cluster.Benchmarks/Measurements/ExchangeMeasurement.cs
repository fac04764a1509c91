using System.CommandLine;
using System.Globalization;
using System.Numerics;
using S2M.Cluster.Benchmarks.Processes;
using S2M.Model.Benchmarks.Reports;
using S2M.Model.Benchmarks.Rounds;
using S2M.Protos.V1;

namespace S2M.Cluster.Benchmarks.Measurements;

/// <summary>A step of a network of many parameters whose gradients cost nothing: pulls, answers, average and optimizer, against gloo's all-reduce of as many numbers.</summary>
internal static class ExchangeMeasurement
{
    private const int Workers = 2;
    private const int Episodes = 2;
    private const int Warm = 2;

    // What may be held beside the answers in flight and the tree: parameters of two versions, two moments, and what is being sent or kept.
    private const int Held = 6;

    private static readonly (string Name, double Reach)[] Formats = [("float32", 6), ("bfloat16", 4)];

    /// <summary>Makes the command.</summary>
    internal static Command Create()
    {
        Option<int> rounds = Measurement.Number("--rounds", "Rounds: gloo, then a run in each format.", 3);
        Option<int> steps = Measurement.Number("--steps", "Steps of a run; the first two are not counted.", 10);
        Option<int> parameters = Measurement.Number("--parameters", "Numbers of the network.", 60_000_000);
        Option<string> python = new("--python") { Description = "An interpreter with PyTorch.", HelpName = "PATH", DefaultValueFactory = static _ => "/usr/bin/python3" };
        return Measurement.Create(
            "exchange",
            "One step's traffic, average and optimizer with two simulated workers, against gloo's all-reduce of as many numbers in the same run.",
            async (result, samples) =>
            {
                int count = result.GetValue(parameters);
                samples.Settings["network"] = $"{count} parameters, Adam; {Workers} workers in processes of their own, {Episodes} episodes a step whose gradients are there at once";
                for (int round = 0; round < result.GetValue(rounds); round++)
                {
                    if (await GlooPeer.SecondsAsync(result.GetValue(python)!, count) is { } seconds)
                    {
                        samples.Add("gloo", "s", seconds);
                    }

                    foreach ((string name, _) in Formats)
                    {
                        (double step, double models) = await StepAsync(name, count, result.GetValue(steps));
                        samples.Add($"step, {name}", "s", step);
                        samples.Add($"memory, {name}", "x model", models);
                    }
                }

                Judge(samples);
            },
            rounds,
            steps,
            parameters,
            python);
    }

    private static void Judge(Samples samples)
    {
        double window = Workers + BitOperations.Log2(Episodes) + Held;
        foreach ((string name, _) in Formats)
        {
            samples.Figures.Add(new Figure($"memory of the coordinator, {name}", samples.Of($"memory, {name}").Max(), "x model", Bound.AtMost, window));
        }

        foreach ((string name, double reach) in Formats)
        {
            if (samples.Series.Any(static series => series.Name == "gloo"))
            {
                double[] ratios = [.. Ratios.PerPair(samples.Of($"step, {name}"), samples.Of("gloo"))];
                samples.Comparisons.Add(new Comparison($"step in {name} / all-reduce", $"step, {name}", "gloo", ratios));
                samples.Promise($"exchange, {name}", ratios, "x gloo", Bound.AtMost, reach);
            }
            else
            {
                samples.Figures.Add(new Figure($"exchange, {name}", null, "x gloo", Bound.AtMost, reach));
            }
        }
    }

    private static async Task<(double Seconds, double Models)> StepAsync(string format, int parameters, int steps)
    {
        await using var service = new Service();
        await service.StartCoordinatorAsync();
        string count = parameters.ToString(CultureInfo.InvariantCulture);
        for (int worker = 1; worker <= Workers; worker++)
        {
            await service.SimulateAsync(
                "--workers", "1", "--first", worker.ToString(CultureInfo.InvariantCulture), "--delay", "0", "--parameters", count, "--format", format);
        }

        Job job = await service.SubmitAsync(BenchmarkJob.Settings(steps, Episodes, $"training.gradient_format={format}"));
        var watch = new JobWatch(service.Client, job.JobId);
        long first = await watch.StepAsync(Warm);
        int begun = watch.Step;
        long last = await watch.StepAsync(steps);
        double models = service.Coordinators[0].Process.PeakBytes / ((double)parameters * sizeof(float));
        await watch.SucceedAsync();
        return (Measurement.Seconds(first, last) / (steps - begun), models);
    }
}
