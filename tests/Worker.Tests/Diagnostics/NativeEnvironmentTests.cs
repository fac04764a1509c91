using S2M.Numerics.Tests;

namespace S2M.Worker.Tests.Diagnostics;

public sealed class NativeEnvironmentTests
{
    [Fact]
    public async Task Prepare_SteeringVariablesInherited_ChangeNoBitOfAnEpisode()
    {
        string plain = await ReportAsync();
        string steered = await ReportAsync(("ATEN_CPU_CAPABILITY", "default"), ("ONEDNN_MAX_CPU_ISA", "SSE41"), ("MKL_CBWR", "COMPATIBLE"), ("MKL_ENABLE_INSTRUCTIONS", "SSE4_2"));

        steered.ShouldBe(plain);
    }

    private static async Task<string> ReportAsync(params IEnumerable<(string Name, string Value)> environment)
    {
        (int exitCode, string output, string errors) = await ChildProcess.RunAsync(ChildProcess.Describe(environment, "bits"));

        exitCode.ShouldBe(0, errors);
        return output;
    }
}
