using System.Diagnostics;
using System.Runtime.Intrinsics;

namespace S2M.Data.Tests;

/// <summary>Tests marked with this trait hold bits that must not change with the processor: they run again in a process that may use less of it.</summary>
public sealed class KnownAnswers
{
    public const string Trait = "Kind";
    public const string Value = "KnownAnswer";
    private const string Switch = "S2M_TEST_RESTRICTED";

    [Theory]
    [InlineData("DOTNET_EnableAVX")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public async Task Rerun_OnALesserProcessor_GivesTheSameBits(string setting)
    {
        string program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(typeof(KnownAnswers).Assembly.Location);
        }

        start.ArgumentList.Add("-trait");
        start.ArgumentList.Add($"{Trait}={Value}");
        start.ArgumentList.Add("-noColor");
        start.Environment[setting] = "0";
        start.Environment[Switch] = setting;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await errors;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        process.ExitCode.ShouldBe(0, output);
        output.ShouldContain("Failed: 0");
        output.ShouldNotContain("Total: 0");
    }

    [Fact]
    [Trait(Trait, Value)]
    public void Processor_InARestrictedProcess_LacksWideVectors()
    {
        if (Environment.GetEnvironmentVariable(Switch) is not null)
        {
            Vector256.IsHardwareAccelerated.ShouldBeFalse();
        }
    }
}
