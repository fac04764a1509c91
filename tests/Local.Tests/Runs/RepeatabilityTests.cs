namespace S2M.Local.Tests.Runs;

/// <summary>One specification, one set of bits: whatever the threads, the vector width of managed code, or the number of the attempt.</summary>
public sealed class RepeatabilityTests(ReferenceRun reference) : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public async Task Run_AgainWithOneThread_SameParameters()
    {
        Finished run = await LocalProcess.RunAsync(ReferenceRun.Arguments(_folder.Location, "--threads", "1"));

        run.ExitCode.ShouldBe(0, run.Errors);
        ReferenceRun.HashOf(ReferenceRun.MetricsIn(_folder.Location)).ShouldBe(reference.Hash);
    }

    [Theory]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableAVX")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public async Task Run_WithNarrowerManagedVectors_SameParametersAndTable(string variable)
    {
        using LocalProcess process = LocalProcess.Start(
            new Dictionary<string, string>(StringComparer.Ordinal) { [variable] = "0" }, ReferenceRun.Arguments(_folder.Location, "--threads", "2"));
        Finished run = await process.FinishAsync();

        run.ExitCode.ShouldBe(0, run.Errors);
        ReferenceRun.HashOf(ReferenceRun.MetricsIn(_folder.Location)).ShouldBe(reference.Hash);
        ReferenceRun.MetricsIn(_folder.Location).GetProperty("evaluations").GetRawText().ShouldBe(reference.Metrics.GetProperty("evaluations").GetRawText());
        ReferenceRun.MetricsIn(_folder.Location).GetProperty("sets").GetRawText().ShouldBe(reference.Metrics.GetProperty("sets").GetRawText());
    }

    public void Dispose() => _folder.Dispose();
}
