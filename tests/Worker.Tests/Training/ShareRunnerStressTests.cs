using System.Runtime.InteropServices;
using System.Security.Cryptography;
using S2M.Numerics.Averaging;
using S2M.Numerics.Parameters;
using S2M.Worker.Training;
using TorchSharp;

namespace S2M.Worker.Tests.Training;

/// <summary>Two thousand steps on a training thread: memory stays flat, and collections in other threads change nothing (docs/decisions/0003).</summary>
[Collection(nameof(MeasuredAlone))]
public sealed class ShareRunnerStressTests
{
    private const int Steps = 2000;
    private const int Quarter = Steps / 4;
    private const float LearningRate = 0.01f;
    private const float Momentum = 0.1f;

    // Between the third and the last quarter, each at its smallest; a working set moves by 10 MB on its own when heaps grow, one forgotten activation a step would add 50 MB and more.
    private const long AllowedGrowth = 24 << 20;

    [Fact]
    public async Task ComputeEpisode_TwoThousandStepsUnderConstantCollections_SameBitsAndFlatMemory()
    {
        Outcome quiet = await TrainAsync();
        int collections = GC.CollectionCount(0);

        Outcome collected;
        using (new Timer(_ => GC.Collect(), null, 0, 1))
        {
            collected = await TrainAsync();
        }

        collected.Hash.ShouldBe(quiet.Hash);
        (GC.CollectionCount(0) - collections).ShouldBeGreaterThan(Steps / 10);
        foreach (Outcome outcome in new[] { quiet, collected })
        {
            outcome.LiveTensorsAtEnd.ShouldBe(outcome.LiveTensorsAfterWarmUp);
            (outcome.LastQuarter - outcome.ThirdQuarter).ShouldBeLessThan(AllowedGrowth);
        }
    }

    private static async Task<Outcome> TrainAsync()
    {
        using var thread = new TrainingThread("stress");
        return await thread.RunAsync(Train, default);
    }

    private static Outcome Train()
    {
        using var job = new GlyphJob();
        ParameterSnapshot snapshot = job.Runner.Network.Initialize();
        long tensors = 0;
        long[] memory = [long.MaxValue, long.MaxValue, long.MaxValue, long.MaxValue];
        for (int step = 0; step < Steps; step++)
        {
            if (step == Steps / 2)
            {
                tensors = LiveTensors();
            }

            memory[step / Quarter] = Math.Min(memory[step / Quarter], Environment.WorkingSet);
            snapshot = Step(snapshot, job.Runner.ComputeEpisode(snapshot, job.Sample(step)));
        }

        float[] state = [.. snapshot.Parameters, .. snapshot.Buffers];
        string hash = Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<float>(state)));
        return new Outcome(hash, tensors, LiveTensors(), memory[2], memory[3]);
    }

    private static ParameterSnapshot Step(ParameterSnapshot snapshot, EpisodeSum leaf)
    {
        leaf.Present.ShouldBe(1);
        float[] parameters = new float[snapshot.Parameters.Length];
        for (int i = 0; i < parameters.Length; i++)
        {
            parameters[i] = snapshot.Parameters[i] - (LearningRate * leaf.Values[i]);
        }

        float[] buffers = [.. snapshot.Buffers];
        FlatVector.Move(buffers, leaf.Values.AsSpan(parameters.Length), Momentum);
        return new ParameterSnapshot(snapshot.Version + 1, parameters, buffers);
    }

    private static long LiveTensors() => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

    private sealed record Outcome(string Hash, long LiveTensorsAfterWarmUp, long LiveTensorsAtEnd, long ThirdQuarter, long LastQuarter);
}

/// <summary>Tests that measure the whole process' memory: nothing else runs beside them.</summary>
[CollectionDefinition(nameof(MeasuredAlone), DisableParallelization = true)]
public sealed class MeasuredAlone;
