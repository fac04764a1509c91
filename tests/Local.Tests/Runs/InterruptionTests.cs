namespace S2M.Local.Tests.Runs;

/// <summary>Stopped at some step, gently or not, a run goes on to the parameters it would have had.</summary>
public sealed class InterruptionTests(ReferenceRun reference) : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public async Task Signals_CtrlCThenTerminateThenResume_SameParametersAsUninterrupted()
    {
        Finished interrupted = await StopAsync("step 2: checkpoint", LocalProcess.Interrupt, "--threads", "2");
        interrupted.ExitCode.ShouldBe(130, interrupted.Errors);
        interrupted.Errors.ShouldContain("interrupted. Kept: ");
        interrupted.Errors.ShouldContain("go on with the same command: quickstart --out");
        interrupted.Errors.ShouldContain("--resume");
        File.Exists(_folder["metrics.json"]).ShouldBeFalse();

        Finished terminated = await StopAsync("step 4: checkpoint", LocalProcess.Terminate, "--resume", "--threads", "1");
        terminated.ExitCode.ShouldBe(130, terminated.Errors);
        terminated.Errors.ShouldContain("going on from");

        await ResumeAsync();
    }

    [Fact]
    public async Task Kill_InTheMiddleThenResume_SameParametersAsUninterrupted()
    {
        Finished killed = await StopAsync("step 3: checkpoint", LocalProcess.Kill, "--threads", "2");
        killed.ExitCode.ShouldBe(128 + LocalProcess.Kill, killed.Errors);

        await ResumeAsync();
    }

    public void Dispose() => _folder.Dispose();

    private async Task<Finished> StopAsync(string line, int signal, params string[] more)
    {
        using LocalProcess process = LocalProcess.Start(ReferenceRun.Arguments(_folder.Location, more));
        await process.LineAsync(line);
        process.Signal(signal);
        return await process.FinishAsync();
    }

    private async Task ResumeAsync()
    {
        Finished resumed = await LocalProcess.RunAsync(ReferenceRun.Arguments(_folder.Location, "--resume", "--threads", "2"));
        resumed.ExitCode.ShouldBe(0, resumed.Errors);
        resumed.Errors.ShouldContain("going on from");
        ReferenceRun.HashOf(ReferenceRun.MetricsIn(_folder.Location)).ShouldBe(reference.Hash);

        // The whole story is told, not just what followed the interruption.
        ReferenceRun.MetricsIn(_folder.Location).GetProperty("history").GetRawText().ShouldBe(reference.Metrics.GetProperty("history").GetRawText());
    }
}
