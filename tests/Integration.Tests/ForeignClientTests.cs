using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using S2M.Integration.Tests.Processes;

namespace S2M.Integration.Tests;

/// <summary>A client that has no file of ours: <c>buf curl</c> over reflection, as <c>docs/client.md</c> says.</summary>
public sealed class ForeignClientTests
{
    [Fact]
    public async Task BufCurl_SubmitWatchCancel_WorksOverReflection()
    {
        string? buf = Find();
        Assert.SkipWhen(buf is null, "needs buf: on PATH, or its path in the variable S2M_BUF");
        await using Cluster cluster = await Cluster.StartAsync(0);

        string submitted = await CallAsync(buf, cluster, "JobService/SubmitJob", new JsonObject
        {
            ["job_file"] = SmallJob.File,
            ["request_id"] = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff",
            ["actor"] = "me",
        });
        string job = JsonDocument.Parse(submitted).RootElement.GetProperty("job").GetProperty("jobId").GetString()!;
        string cancelled = await CallAsync(buf, cluster, "JobService/CancelJob", new JsonObject
        {
            ["job_id"] = job,
            ["request_id"] = "6f9619ff-8b86-4d01-b42d-00cf4fc964fe",
            ["actor"] = "me",
            ["reason"] = "enough",
        });
        string watched = await CallAsync(buf, cluster, "JobService/WatchJob", new JsonObject { ["job_id"] = job });

        JsonDocument.Parse(cancelled).RootElement.GetProperty("job").GetProperty("state").GetString().ShouldBe("JOB_STATE_CANCELLED");
        watched.ShouldContain("JOB_STATE_CANCELLED");
        watched.ShouldContain("enough");
    }

    private static string? Find()
    {
        IEnumerable<string> paths = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, "buf"));
        return paths.Prepend(Environment.GetEnvironmentVariable("S2M_BUF") ?? string.Empty).FirstOrDefault(File.Exists);
    }

    private static async Task<string> CallAsync(string buf, Cluster cluster, string method, JsonObject request)
    {
        var start = new ProcessStartInfo(
            buf,
            [
                "curl", "--protocol", "grpc", "--http2-prior-knowledge", "--header", $"authorization: Bearer {Cluster.Token}", "--data", "@-",
                new Uri(cluster.Address, $"s2m.v1.{method}").ToString(),
            ])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.StandardInput.WriteAsync(request.ToJsonString());
        process.StandardInput.Close();
        await Hang.Guard(process.WaitForExitAsync(TestContext.Current.CancellationToken));
        process.ExitCode.ShouldBe(0, await errors);
        return await output;
    }
}
