using System.Text.Json;
using S2M.Local.Verification;

namespace S2M.Local.Tests.Verification;

public sealed class SelfTestTests
{
    [Fact]
    public async Task SelfTest_ThisMachine_EveryCheckHolds()
    {
        Finished run = await LocalProcess.RunAsync("selftest", "--output", "json");

        run.ExitCode.ShouldBe(0, run.Output);
        JsonElement report = JsonDocument.Parse(run.Output).RootElement;
        report.GetProperty("ok").GetBoolean().ShouldBeTrue();
        JsonElement[] checks = [.. report.GetProperty("checks").EnumerateArray()];
        checks.Count(check => check.GetProperty("name").GetString()!.StartsWith("gradient: ", StringComparison.Ordinal)).ShouldBe(8);
        checks.ShouldAllBe(check => check.GetProperty("cases").GetInt32() > 0);
    }

    [Theory]
    [InlineData("libtorch", 1)]
    [InlineData("gradient", 8)]
    [InlineData("mixture", 27)]
    public async Task SelfTest_OneKind_RunsJustTheChecksWhoseNamesBeginSo(string kind, int checks)
    {
        Finished run = await LocalProcess.RunAsync("selftest", "--only", kind, "--output", "json");

        run.ExitCode.ShouldBe(0, run.Output);
        string[] names = [.. JsonDocument.Parse(run.Output).RootElement.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("name").GetString()!)];
        names.Length.ShouldBe(checks);
        names.ShouldAllBe(name => name.StartsWith(kind, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1, 1e-9, true)]
    [InlineData(1, 2e-6, false)]
    [InlineData(0, 0, false)]
    [InlineData(1, double.NaN, false)]
    [InlineData(1, double.PositiveInfinity, false)]
    public void Check_ErrorAgainstTolerance_HoldsOnlyWithCasesWithinIt(int cases, double error, bool expected) => new Check("c", cases, error, 1e-6).Ok.ShouldBe(expected);
}
