using System.Security.Cryptography;
using S2M.Data.Images;
using S2M.Protos.V1;

namespace S2M.Cli.Tests.Commands;

public sealed class TransferCommandTests : CommandTest
{
    [Fact]
    public async Task Eval_Job_SubmitsItsOwnFileFromItsCheckpoint()
    {
        var trained = EndingJob();
        trained.Job.DataVersion = "glyphs@1";
        Server.Jobs.All["quick-1"] = trained;
        var evaluation = EndingJob();
        evaluation.Job.JobId = "quick-2";
        Server.Jobs.Next = evaluation;

        Finished run = await RunAsync("eval", "quick-1");

        run.ExitCode.ShouldBe(0, run.Errors);
        run.Output.ShouldContain("0.9432");
        SubmitJobRequest sent = Server.Jobs.Requests.OfType<SubmitJobRequest>().Single();
        (sent.JobFile, sent.Mode, sent.StartFrom, sent.DataVersion).ShouldBe((trained.JobFile, JobMode.Evaluate, "quick-1", "glyphs@1"));
    }

    [Fact]
    public async Task Eval_ParametersFile_IsUploaded()
    {
        byte[] parameters = [.. Enumerable.Range(0, 700_000).Select(index => (byte)index)];
        string path = Path.Combine(Folder, "p.safetensors");
        await File.WriteAllBytesAsync(path, parameters, TestContext.Current.CancellationToken);
        Server.Jobs.Next = EndingJob();

        Finished run = await RunAsync("eval", "--parameters", path, "--job", JobFile);

        run.ExitCode.ShouldBe(0, run.Errors);
        SubmitJobRequest sent = Server.Jobs.Requests.OfType<SubmitJobRequest>().Single();
        sent.StartFrom.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(parameters)));
        sent.Mode.ShouldBe(JobMode.Evaluate);
    }

    [Fact]
    public async Task Download_TwoFiles_AreWholeAndNamed()
    {
        var job = EndingJob();
        job.Files["parameters.safetensors"] = [1, 2, 3];
        Server.Jobs.All["quick-1"] = job;

        Finished run = await RunAsync("job", "download", "quick-1", "--file", "parameters.safetensors", "--file", "metrics.json", "--to", "got", "--output", "json");

        run.ExitCode.ShouldBe(0, run.Errors);
        (await File.ReadAllBytesAsync(Path.Combine(Folder, "got", "parameters.safetensors"), TestContext.Current.CancellationToken)).ShouldBe([1, 2, 3]);
        run.Json.GetProperty("files")[0].GetProperty("sha256").GetString().ShouldBe(Convert.ToHexStringLower(SHA256.HashData([1, 2, 3])));
        File.Exists(Path.Combine(Folder, "got", "metrics.json")).ShouldBeTrue();
    }

    [Fact]
    public async Task DataAdd_Folder_SendsManifestAndFiles()
    {
        string images = Path.Combine(Folder, "images");
        var expected = new List<byte>();
        foreach ((string path, byte fill) in new[] { ("a/1.png", (byte)1), ("a/2.png", (byte)2), ("b/1.png", (byte)3) })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(images, path))!);
            byte[] file = [.. Enumerable.Repeat(fill, 150_000)];
            await File.WriteAllBytesAsync(Path.Combine(images, path), file, TestContext.Current.CancellationToken);
            expected.AddRange(file);
        }

        using ImageDataSet set = S2M.Data.Images.DataSets.Open("own", images);

        Finished run = await RunAsync("data", "add", "own", "images", "--output", "json");

        run.ExitCode.ShouldBe(0, run.Errors);
        run.Json.GetProperty("version").GetString().ShouldBe(set.Version);
        Server.DataSets.Arrived(set.Manifest.Sha256).ShouldBe([.. set.Manifest.CanonicalBytes.Span, .. expected]);
    }

    [Fact]
    public async Task DataAdd_OnWorkers_RegistersTheFullPath()
    {
        Finished run = await RunAsync("data", "add", "own", "images", "--on-workers", "--output", "json");

        run.ExitCode.ShouldBe(0, run.Errors);
        Server.DataSets.Requests.Single().ShouldBeOfType<RegisterDataSetRequest>().Path.ShouldEndWith(Path.Combine(Path.GetFileName(Folder), "images"));
    }

    [Fact]
    public async Task DataAdd_NothingThere_Is2()
    {
        Finished run = await RunAsync("data", "add", "own", "absent");

        run.ExitCode.ShouldBe(2);
        run.Errors.ShouldContain("expected a folder or a zip archive");
    }
}
