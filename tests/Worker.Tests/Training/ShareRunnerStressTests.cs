using System.Runtime.InteropServices;
using System.Security.Cryptography;
using S2M.Data.Catalogs;
using S2M.Data.Glyphs;
using S2M.Data.Images;
using S2M.Data.Sampling;
using S2M.Numerics.Averaging;
using S2M.Numerics.Parameters;
using S2M.Specification;
using S2M.Worker.Images;
using S2M.Worker.Training;
using TorchSharp;

namespace S2M.Worker.Tests.Training;

/// <summary>Two thousand steps on a training thread: memory stays flat, and collections in other threads change nothing (docs/decisions/0003).</summary>
public sealed class ShareRunnerStressTests
{
    private const int Steps = 2000;
    private const int WarmUp = 200;
    private const int Classes = 4;
    private const int ImagesPerClass = 3;
    private const float LearningRate = 0.01f;
    private const long AllowedGrowth = 24 << 20;

    private static readonly JobSpecification Job = new()
    {
        Name = "stress",
        Data = new DataSpecification { Name = GlyphDataSet.DataSetName, Size = 16 },
        Network = new NetworkSpecification { Dropout = 0.1 },
        Episode = new EpisodeSpecification { Classes = Classes, ImagesPerClass = ImagesPerClass, Groups = [new(new(0, 1), new(2, 2)), new(new(0, 0), new(1, 2))] },
    };

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
            (outcome.MemoryAtEnd - outcome.MemoryAfterWarmUp).ShouldBeLessThan(AllowedGrowth);
        }
    }

    private static async Task<Outcome> TrainAsync()
    {
        using var thread = new TrainingThread("stress");
        return await thread.RunAsync(Train, default);
    }

    private static Outcome Train()
    {
        using var data = new GlyphDataSet();
        var format = new ImageFormat(Job.Data.Size, 1, true);
        var sampler = new EpisodeSampler(new ConceptCatalog(data.Classes, [.. Enumerable.Range(0, 40)], rotations: true), data.Classes);
        using var runner = new ShareRunner(Job, new PoolTensors(new DecodedImages(data, 1 << 26), format));
        ParameterSnapshot snapshot = runner.Network.Initialize();
        (long tensors, long memory) = (0, 0);
        for (int step = 0; step < Steps; step++)
        {
            if (step == WarmUp)
            {
                (tensors, memory) = (LiveTensors(), Environment.WorkingSet);
            }

            Episode episode = sampler.SampleTraining(
                new EpisodeAddress(1, EpisodePhase.Training, step, 0), Classes, ImagesPerClass, [new GroupRoles(0, 2, 2, 1), new GroupRoles(0, 1, 1, 2)]);
            snapshot = Step(snapshot, runner.ComputeEpisode(snapshot, episode));
        }

        string hash = Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<float>(snapshot.Parameters)));
        return new Outcome(hash, tensors, LiveTensors(), memory, Environment.WorkingSet);
    }

    private static ParameterSnapshot Step(ParameterSnapshot snapshot, EpisodeSum leaf)
    {
        leaf.Present.ShouldBe(1);
        float[] parameters = new float[snapshot.Parameters.Length];
        for (int i = 0; i < parameters.Length; i++)
        {
            parameters[i] = snapshot.Parameters[i] - (LearningRate * leaf.Values[i]);
        }

        return new ParameterSnapshot(snapshot.Version + 1, parameters, snapshot.Buffers);
    }

    private static long LiveTensors() => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

    private sealed record Outcome(string Hash, long LiveTensorsAfterWarmUp, long LiveTensorsAtEnd, long MemoryAfterWarmUp, long MemoryAtEnd);
}
