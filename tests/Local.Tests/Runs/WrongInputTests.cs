using System.IO.Compression;
using S2M.Coordinator.Reports;

namespace S2M.Local.Tests.Runs;

/// <summary>What cannot work is refused before the first step, with a message that names it and an exit code.</summary>
public sealed class WrongInputTests(ReferenceRun reference) : IDisposable
{
    private const int Classes = 20;
    private const int ImagesPerClass = 13;
    private const int Size = 28;

    private const string Job = """
        name: wrong-input
        data: {name: pictures}
        split: {train: 10, validation: 5, test: 5}
        episode: {classes: 10, images_per_class: 13}
        training: {steps: 2}
        optimizer: {warm_up_steps: 0}
        evaluation: {ways: [5], shots: [1], queries: 3, episodes: 4, validation_episodes: 2}
        """;

    private readonly TempFolder _folder = new();

    public static TheoryData<string, string> WrongSettings => new()
    {
        { "evaluation.shots=[-1]", "evaluation.shots: expected different whole numbers of at least 1" },
        { "evaluation.shots=[19]", "expected at least 22 images, got 13" },
        { "evaluation.ways=[50]", "evaluation.ways: expected at most 20 different concepts" },
        { "episode.classes=5", "at least 128 images of at least 10 classes" },
        { "training.stps=1", "training.stps" },
        { "split.train=500", "split: expected parts of at least 1 class and at most 20 in all" },
        { "nothing", "--set nothing: expected path=value" },
    };

    [Theory]
    [MemberData(nameof(WrongSettings))]
    public async Task Train_WrongSetting_NamesFieldAndIsAUsageError(string setting, string message)
        => await ShouldFailAsync(2, message, Train(Zip(_ => { }), "--set", setting));

    [Fact]
    public async Task Train_JobFileWithTypo_NamesLineAndNearestField()
    {
        string job = _folder["typo.yaml"];
        await File.WriteAllTextAsync(job, Job.Replace("training:", "trainig:", StringComparison.Ordinal));

        Finished run = await LocalProcess.RunAsync("train", "--in-process", job, "--out", _folder["out"]);

        run.ExitCode.ShouldBe(2);
        run.Errors.ShouldContain("line 5");
        run.Errors.ShouldContain("trainig");
        run.Errors.ShouldContain("training");
    }

    [Fact]
    public async Task Train_DataSetNotBound_SaysHowToBindIt()
        => await ShouldFailAsync(2, "give --data pictures=PATH", Train(null));

    [Fact]
    public async Task Train_AnotherDataSetBound_NamesBoth()
        => await ShouldFailAsync(2, "--data picture=...: expected the job's data set 'pictures', got 'picture'", ["train", JobFile(), "--dry-run", "--data", "picture=nowhere"]);

    [Fact]
    public async Task Train_DataSetNotThere_NamesThePath()
        => await ShouldFailAsync(2, "got nothing at", Train(_folder["nowhere"]));

    [Fact]
    public async Task Train_ClassWithTooFewImages_NamesTheClass()
        => await ShouldFailAsync(2, "class 'class07': expected at least", Train(Zip(
            archive => archive.Entries.Where(entry => entry.FullName.StartsWith("class07/", StringComparison.Ordinal)).Skip(2).ToList().ForEach(entry => entry.Delete()))));

    [Fact]
    public async Task Train_DamagedPicture_IsNamedBeforeTheFirstStep()
    {
        Finished run = await ShouldFailAsync(2, "class03/image05.png", Train(Zip(archive =>
        {
            archive.GetEntry("class03/image05.png")!.Delete();
            using Stream stream = archive.CreateEntry("class03/image05.png").Open();
            stream.Write(Picture(3, 5).AsSpan(0, 60));
        })));

        run.Errors.ShouldNotContain("training:");
    }

    [Fact]
    public async Task Train_ZipBomb_IsRefused()
        => await ShouldFailAsync(2, "bomb.png", Train(Zip(archive =>
        {
            using Stream stream = archive.CreateEntry("class00/bomb.png", CompressionLevel.Fastest).Open();
            stream.Write(new byte[8 << 20]);
        })));

    [Fact]
    public async Task Train_EscapingZip_IsRefusedAndWritesNothing()
    {
        await ShouldFailAsync(2, "../evil.png", Train(Zip(archive =>
        {
            using Stream stream = archive.CreateEntry("../evil.png").Open();
            stream.Write(Picture(0, 0));
        })));

        File.Exists(_folder["evil.png"]).ShouldBeFalse();
    }

    [Theory]
    [InlineData("training.seed=7", "training.seed: 1, 7")]
    [InlineData("optimizer.learning_rate=0.5", "optimizer.learning_rate: 0.002, 0.5")]
    public async Task Resume_CheckpointOfAnotherSpecification_NamesTheField(string setting, string message)
        => await ShouldFailAsync(1, message, ReferenceRun.Arguments(_folder.CopyOf(reference.Folder, "copy"), "--resume", "--set", setting));

    [Fact]
    public async Task Train_FolderOfAnotherRun_IsNotOverwritten()
        => await ShouldFailAsync(2, "expected no checkpoints, got those of an earlier run", ["train", "--in-process", JobFile(), "--out", reference.Folder]);

    [Fact]
    public async Task Train_FolderThatCannotBeWritten_IsNamed()
        => await ShouldFailAsync(1, "choose another --out", ["train", "--in-process", JobFile(), "--out", "/dev/null/out"]);

    [Fact]
    public async Task Train_FolderInUse_IsRefused()
    {
        Directory.CreateDirectory(_folder["out"]);
        await using var held = new FileStream(Path.Combine(_folder["out"], "run.lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);

        await ShouldFailAsync(1, "wait for the run that uses the folder", Train(null));
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<Finished> ShouldFailAsync(int exitCode, string message, string[] arguments)
    {
        Finished run = await LocalProcess.RunAsync(arguments);
        run.Errors.ShouldContain(message);
        run.Errors.ShouldNotContain("   at S2M.");
        run.ExitCode.ShouldBe(exitCode, run.Errors);
        return run;
    }

    private static byte[] Picture(int imageClass, int image)
        => PngImage.Encode([.. Enumerable.Range(0, Size * Size).Select(pixel => (byte)((pixel * (imageClass + 1)) + image))], Size, 1);

    private string[] Train(string? data, params string[] more)
        => ["train", "--in-process", JobFile(), "--out", _folder["out"], "--threads", "1", .. data is null ? Array.Empty<string>() : ["--data", $"pictures={data}"], .. more];

    private string JobFile()
    {
        File.WriteAllText(_folder["job.yaml"], Job);
        return _folder["job.yaml"];
    }

    private string Zip(Action<ZipArchive> change)
    {
        string path = _folder["pictures.zip"];
        using (var archive = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            for (int image = 0; image < Classes * ImagesPerClass; image++)
            {
                using Stream stream = archive.CreateEntry($"class{image / ImagesPerClass:D2}/image{image % ImagesPerClass:D2}.png").Open();
                stream.Write(Picture(image / ImagesPerClass, image % ImagesPerClass));
            }
        }

        using (var archive = ZipFile.Open(path, ZipArchiveMode.Update))
        {
            change(archive);
        }

        return path;
    }
}
