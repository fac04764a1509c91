using S2M.Client.Tests.Fakes;
using S2M.Protos.V1;

namespace S2M.Cli.Tests;

/// <summary>A folder, a server and <c>s2m</c> between them.</summary>
public abstract class CommandTest : IAsyncLifetime
{
    protected const string Token = "open-sesame";

    protected const string Metrics = """
        {
          "name": "quick", "parameters_hash": "cccc",
          "evaluations": [
            { "phase": "test", "head": "gauss", "ways": 5, "shots": 1, "accuracy": 0.9432, "episodes95": { "mean": 0.9432, "low": 0.94, "high": 0.9464 },
              "characters95": { "mean": 0.9432, "low": 0.93, "high": 0.95 }, "episodes": 600 },
            { "phase": "test", "head": "nearest_mean", "ways": 5, "shots": 1, "accuracy": 0.9, "episodes95": { "mean": 0.9, "low": 0.89, "high": 0.91 },
              "characters95": { "mean": 0.9, "low": 0.88, "high": 0.92 }, "episodes": 600 }
          ],
          "retrievals": [
            { "phase": "test", "head": "gauss", "gallery": "all", "concepts": 320, "targets": 3200.5, "removed_duplicates": 0, "left_out_halves": 0,
              "mean_average_precision": 0.7123, "characters95": { "mean": 0.7123, "low": 0.7, "high": 0.72 } }
          ],
          "history": { "losses": ["NaN", 0.5] }
        }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("s2m-cli-tests-");

    protected FakeServer Server { get; private set; } = null!;

    protected string Folder => _folder.FullName;

    protected string JobFile => Write("job.yaml", "name: quick\ndata:\n  name: glyphs\n");

    public async ValueTask InitializeAsync() => Server = await FakeServer.StartAsync(Token);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>A job that comes to its end before the watcher's eyes.</summary>
    protected static FakeJob EndingJob(JobState end = JobState.Succeeded, string reason = "")
    {
        var job = new FakeJob
        {
            Before = new Job
            {
                JobId = "quick-1",
                State = JobState.Running,
                Steps = 2,
                DataVersion = "glyphs@1",
                Specification = """{"training":{"episodes_per_step":2}}""",
                CheckpointStep = -1,
            },
            Job = new Job
            {
                JobId = "quick-1",
                State = end,
                Reason = reason,
                Steps = 2,
                Step = 2,
                CheckpointStep = 2,
                ParametersHash = end == JobState.Succeeded ? new string('c', 64) : string.Empty,
            },
            JobFile = "name: quick\nfrom: the server\n",
            Events =
            [
                new WatchJobResponse { Log = new LogLine { Offset = 1, Level = LogLevel.Warning, Message = "one image is upside down" } },
                new WatchJobResponse { Step = new StepMetrics { Step = 1, Loss = 0.5, Accuracy = 0.9 } },
                new WatchJobResponse { Validation = new ValidationMetrics { Step = 1, Accuracy = 0.875 } },
                new WatchJobResponse { Log = new LogLine { Offset = 2, Level = LogLevel.Info, Message = "step 1: validation accuracy 0.8750" } },
                new WatchJobResponse { Step = new StepMetrics { Step = 2, Loss = 0.4, Accuracy = 0.95 } },
                new WatchJobResponse { Log = new LogLine { Offset = 3, Level = LogLevel.Info, Message = "step 2: checkpoint" } },
                new WatchJobResponse { Progress = new PhaseProgress { Phase = "test", Unit = "episodes", Done = 1, Total = 600 } },
            ],
        }.Fill();
        if (end == JobState.Succeeded)
        {
            job.Files["metrics.json"] = System.Text.Encoding.UTF8.GetBytes(Metrics);
        }

        return job;
    }

    protected string Write(string name, string text)
    {
        string path = Path.Combine(Folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private protected Task<Finished> RunAsync(params string[] arguments) => CliProcess.RunAsync(Folder, Environment(), arguments);

    private protected CliProcess Start(params string[] arguments) => CliProcess.Start(Folder, Environment(), arguments);

    private Dictionary<string, string> Environment() => new(StringComparer.Ordinal) { ["S2M_SERVER"] = $"{Server.Address}", ["S2M_TOKEN"] = Token };
}
