using System.Text.Json;
using S2M.Integration.Tests.Processes;

namespace S2M.Integration.Tests;

/// <summary><c>s2m selftest</c>, which goes on as <c>s2m-local</c>.</summary>
public sealed class SelfTestTests : IDisposable
{
    private static readonly Dictionary<string, string> NoVariables = [];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task SelfTest_OfTheClient_IsThatOfTheServicesBuild()
    {
        await using ProgramProcess client = ProgramProcess.Start("s2m.dll", NoVariables, "selftest", "--output", "json");
        Finished ofClient = await client.FinishAsync();
        await using ProgramProcess local = ProgramProcess.Start("s2m-local.dll", NoVariables, "selftest", "--output", "json");
        Finished ofLocal = await local.FinishAsync();

        ofClient.ExitCode.ShouldBe(0, ofClient.Errors);
        ofClient.ExitCode.ShouldBe(ofLocal.ExitCode);
        ofClient.Errors.ShouldBe(ofLocal.Errors);
        NamesOf(ofClient).ShouldNotBeEmpty();
        NamesOf(ofClient).ShouldBe(NamesOf(ofLocal));
    }

    [Fact]
    public async Task SelfTest_Interrupted_EndsAsItselfWith130()
    {
        await using ProgramProcess client = ProgramProcess.Start("s2m.dll", NoVariables, "selftest");
        await client.LineAsync("libtorch loads");

        Finished finished = await client.EndAsync(ProgramProcess.Interrupt);

        finished.ExitCode.ShouldBe(130, finished.Errors);
        finished.Errors.ShouldContain("SIGINT: stopping");
        finished.Errors.ShouldEndWith("interrupted");
        finished.Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task SelfTest_ClientAlone_SaysWhatItLacks()
    {
        string client = Path.GetDirectoryName(ProgramProcess.PathOf("s2m.dll"))!;
        foreach (string file in Directory.EnumerateFiles(client))
        {
            File.Copy(file, _folder[Path.GetFileName(file)]);
        }

        await using ProgramProcess alone = ProgramProcess.Start(_folder["s2m.dll"], NoVariables, "selftest");
        Finished finished = await alone.FinishAsync();

        finished.ExitCode.ShouldBe(2);
        finished.Errors.ShouldContain($"error: s2m-local.dll: expected it beside this program or in the same build, since the checks need its tensor library, got none (looked for {_folder["s2m-local.dll"]});");
        finished.Output.ShouldBeEmpty();
    }

    private static string[] NamesOf(Finished run)
        => [.. JsonDocument.Parse(run.Output).RootElement.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("name").GetString()!)];
}
