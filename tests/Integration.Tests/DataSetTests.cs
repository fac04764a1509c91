using System.Globalization;
using S2M.Coordinator.Reports;
using S2M.Integration.Tests.Processes;
using S2M.Protos.V1;
using WireWorker = S2M.Protos.V1.Worker;

namespace S2M.Integration.Tests;

/// <summary>Images of a user: sent to workers, or found by them where they lie.</summary>
public sealed class DataSetTests
{
    private const int Classes = 24;
    private const int Images = 13;
    private const int Size = 28;

    private static readonly string[] Mine =
    [
        "data.name=mine", "split.train=12", "split.validation=6", "split.test=6",
        "evaluation.sets.hybrids=0", "evaluation.sets.noise_percents=[0]", "evaluation.sets.noise_kinds=[scattered]",
    ];

    [Fact]
    public async Task Train_OnAFolder_SentOrInPlaceGivesTheSameBits()
    {
        await using Cluster sent = await Cluster.StartAsync(2);
        string folder = sent["mine"];
        WriteImages(folder);
        Job first = await TrainAsync(sent, "data", "add", "mine", folder);
        IReadOnlyList<WireWorker> workers = await sent.Client.Workers.ListAsync(cancellationToken: TestContext.Current.CancellationToken);
        workers.Count(worker => Directory.EnumerateFiles(sent[worker.WorkerId], "*", SearchOption.AllDirectories).Any()).ShouldBe(2);

        await using Cluster inPlace = await Cluster.StartAsync(1);
        Job second = await TrainAsync(inPlace, "data", "add", "mine", folder, "--on-workers");
        bool fetched = Directory.Exists(inPlace["worker-1"]) && Directory.EnumerateFiles(inPlace["worker-1"], "*", SearchOption.AllDirectories).Any();

        fetched.ShouldBeFalse();
        second.DataVersion.ShouldBe(first.DataVersion);
        second.ParametersHash.ShouldBe(first.ParametersHash);
    }

    private static async Task<Job> TrainAsync(Cluster cluster, params string[] add)
    {
        Finished added = await cluster.RunCommandAsync(add);
        added.ExitCode.ShouldBe(0, added.Errors);
        Job job = await cluster.Watch(await cluster.SubmitAsync(Mine)).EndAsync();
        job.State.ShouldBe(JobState.Succeeded, job.Reason);
        added.Output.ShouldContain(job.DataVersion);
        return job;
    }

    /// <summary>Bars at an angle of the class, at a place of the image.</summary>
    private static void WriteImages(string folder)
    {
        byte[] pixels = new byte[Size * Size];
        for (int kind = 0; kind < Classes; kind++)
        {
            string name = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"kind-{kind:D2}"));
            Directory.CreateDirectory(name);
            for (int image = 0; image < Images; image++)
            {
                for (int index = 0; index < pixels.Length; index++)
                {
                    (int row, int column) = Math.DivRem(index, Size);
                    int distance = Math.Abs(((row - 14) * (kind - 12)) + ((column - 8 - image) * 12));
                    pixels[index] = (byte)(distance < 20 ? 0 : 255);
                }

                File.WriteAllBytes(Path.Combine(name, string.Create(CultureInfo.InvariantCulture, $"{image:D2}.png")), PngImage.Encode(pixels, Size, 1));
            }
        }
    }
}
