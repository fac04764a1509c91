using S2M.Numerics.Tests;
using S2M.Worker.Diagnostics;

namespace S2M.Worker.Tests.Diagnostics;

public sealed class NativeEnvironmentTests
{
    [Theory]
    [InlineData(NativeEnvironment.NativeLevel)]
    [InlineData(NativeEnvironment.Avx2Level)]
    public async Task Prepare_SteeringVariablesInherited_ChangeNoBitOfAnEpisode(string cpuLevel)
    {
        string plain = await ReportAsync(cpuLevel);
        string steered = await ReportAsync(
            cpuLevel,
            ("ATEN_CPU_CAPABILITY", "default"), ("ONEDNN_MAX_CPU_ISA", "SSE41"), ("MKL_CBWR", "COMPATIBLE"), ("MKL_ENABLE_INSTRUCTIONS", "SSE4_2"));

        steered.ShouldBe(plain);
    }

    private static async Task<string> ReportAsync(string cpuLevel, params IEnumerable<(string Name, string Value)> environment)
    {
        (int exitCode, string output, string errors) = await ChildProcess.RunAsync(ChildProcess.Describe(environment, "bits", cpuLevel));

        exitCode.ShouldBe(0, errors);
        return output;
    }
}
