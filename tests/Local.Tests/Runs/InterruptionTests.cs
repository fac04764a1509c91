using System.Text.Json;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Training;
using S2M.Local.Runs;
using S2M.Specification;
using S2M.Worker.Diagnostics;

namespace S2M.Local.Tests.Runs;

/// <summary>
/// Stopped at some step, gently or not, a run goes on to the parameters it would have had. Nothing here is a race: a run in this process is stopped by
/// who watches it, within a step; a process has far more steps than it will make before the signal reaches it, however late.
/// </summary>
public sealed class InterruptionTests(ReferenceRun reference) : IDisposable
{
    private const string Endless = "training.steps=1000000";

    private readonly TempFolder _folder = new();

    [Fact]
    public async Task Cancel_TwiceThenResume_SameParametersAndHistoryAsUninterrupted()
    {
        JobSpecification job = Job();
        await StopAtAsync(job, _folder.Location, 2, resume: false);
        File.Exists(_folder["metrics.json"]).ShouldBeFalse();
        await StopAtAsync(job, _folder.Location, 4, resume: true);

        Finished resumed = await LocalProcess.RunAsync(ReferenceRun.Arguments(_folder.Location, "--resume", "--threads", "2"));

        resumed.ExitCode.ShouldBe(0, resumed.Errors);
        resumed.Errors.ShouldContain("going on from");
        ReferenceRun.HashOf(ReferenceRun.MetricsIn(_folder.Location)).ShouldBe(reference.Hash);

        // The whole story is told, not just what followed the interruption.
        ReferenceRun.MetricsIn(_folder.Location).GetProperty("history").GetRawText().ShouldBe(reference.Metrics.GetProperty("history").GetRawText());
    }

    [Fact]
    public async Task Signals_CtrlCThenTerminateThenKill_KeepCheckpointsOfTheUninterruptedRun()
    {
        Finished interrupted = await SignalAsync("step 1: checkpoint", LocalProcess.Interrupt, "--threads", "2");
        interrupted.ExitCode.ShouldBe(130, interrupted.Errors);
        interrupted.Errors.ShouldContain($"interrupted. Kept: {Newest().Path}");
        interrupted.Errors.ShouldContain("go on with the same command: quickstart --in-process --out");
        interrupted.Errors.ShouldContain("--resume");

        Finished terminated = await SignalAsync($"step {Newest().Step + 1}: checkpoint", LocalProcess.Terminate, "--resume", "--threads", "1");
        terminated.ExitCode.ShouldBe(130, terminated.Errors);
        terminated.Errors.ShouldContain("going on from");

        Finished killed = await SignalAsync($"step {Newest().Step + 1}: checkpoint", LocalProcess.Kill, "--resume", "--threads", "2");
        killed.ExitCode.ShouldBe(128 + LocalProcess.Kill, killed.Errors);

        (int step, string path) = Newest();
        await StopAtAsync(Job("--set", Endless), _folder["straight"], step, resume: false);
        HashIn(path).ShouldBe(HashIn(_folder[$"straight/checkpoints/step-{step:D6}"]));
    }

    public void Dispose() => _folder.Dispose();

    private static JobSpecification Job(params string[] more)
        => JobFile.Parse(BuiltInJobs.Quickstart, "quickstart", [.. ReferenceRun.Settings.Concat(more).Where(word => word != "--set")]);

    /// <summary>Trains in this process until the checkpoint of a step.</summary>
    private static async Task StopAtAsync(JobSpecification job, string folder, int step, bool resume)
    {
        NativeEnvironment.Prepare("native");
        TensorLibrary.EnsureLoaded();
        using var view = new StoppingView(step);
        var request = new TrainingRequest(job, folder, new Dictionary<string, string>(StringComparer.Ordinal), resume, Fresh: true, 2);
        await Should.ThrowAsync<OperationCanceledException>(() => new TrainingRun(request, view, TimeProvider.System).RunAsync(view.Token));
    }

    private static string HashIn(string checkpoint)
        => JsonDocument.Parse(File.ReadAllText(Path.Combine(checkpoint, "manifest.json"))).RootElement.GetProperty("parameters_hash").GetString()!;

    private async Task<Finished> SignalAsync(string line, int signal, params string[] more)
    {
        using LocalProcess process = LocalProcess.Start(ReferenceRun.Arguments(_folder.Location, ["--set", Endless, .. more]));
        await process.LineAsync(line);
        process.Signal(signal);
        return await process.FinishAsync();
    }

    private (int Step, string Path) Newest()
    {
        string path = RunFolder.NewestCheckpoint(_folder.Location)!;
        return (int.Parse(Path.GetFileName(path)["step-".Length..]), path);
    }

    private sealed class StoppingView(int last) : IRunView, IDisposable
    {
        private readonly CancellationTokenSource _source = new();

        public CancellationToken Token => _source.Token;

        public void OnCheckpoint(int version, string path)
        {
            if (version == last)
            {
                _source.Cancel();
            }
        }

        public void OnStep(StepRecord record, int episodes)
        {
        }

        public void OnValidation(ValidationRecord record)
        {
        }

        public void Begin(string name)
        {
        }

        public void BeginTraining(int steps, int done)
        {
        }

        public void OnWork(string unit, int done, int total)
        {
        }

        public void Finish(string name, TimeSpan spent)
        {
        }

        public void Note(string message)
        {
        }

        public void Warn(string message) => throw new InvalidOperationException(message);

        public void Dispose() => _source.Dispose();
    }
}
