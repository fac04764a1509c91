using S2M.Worker.Diagnostics;

namespace S2M.Worker.Tests.Diagnostics;

public sealed class NumericContractTests
{
    private static readonly string[] Wide =
    [
        "processor\t: 0", "vendor_id\t: GenuineIntel", "cpu family\t: 6", "model\t\t: 143", "model name\t: Some Processor: fast", "flags\t\t: fpu avx avx2 avx512f avx512bw", string.Empty,
        "processor\t: 1", "vendor_id\t: Other", "flags\t\t: fpu",
    ];

    [Fact]
    public void Processor_KernelsList_NamesLevelAndKindOfTheFirst() => NumericContract.Processor(Wide).ShouldBe("avx512; GenuineIntel family 6 model 143");

    [Theory]
    [InlineData("fpu avx avx2 fma", "avx2; AuthenticAMD family 25 model unknown")]
    [InlineData("fpu avx avx2x", "baseline; AuthenticAMD family 25 model unknown")]
    public void Processor_OtherFlags_NamesTheLevelTheyAllow(string flags, string expected)
        => NumericContract.Processor(["vendor_id : AuthenticAMD", "cpu family : 25", $"flags : {flags}"]).ShouldBe(expected);

    [Fact]
    public void Processor_NoList_SaysUnknown() => NumericContract.Processor([]).ShouldBe("baseline; unknown family unknown model unknown");

    [Fact]
    public void Describe_ThisMachine_NamesEverythingTheBitsDependOn()
    {
        string contract = NumericContract.Describe(NativeEnvironment.NativeLevel);

        contract.ShouldStartWith($"numerics {NumericContract.Revision}; cpu; ");
        contract.ShouldContain(System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString(), Case.Insensitive);
        contract.ShouldContain($"; libtorch {TorchSharp.torch.__version__}; 1 thread a worker");
        contract.ShouldBe(NumericContract.Describe(NativeEnvironment.NativeLevel));
    }

    [Fact]
    public void Describe_FixedLevel_NamesTheLevelInPlaceOfTheProcessor()
        => NumericContract.Describe(NativeEnvironment.Avx2Level).Split("; ")[1..^2].ShouldBe(
            ["cpu", System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(), "level avx2"]);

    [Fact]
    public void Describe_UnknownLevel_IsRefused()
    {
        Should.Throw<WorkerException>(() => NumericContract.Describe("avx3")).Message.ShouldBe("cpu level: expected native or avx2, got 'avx3'; there is no other level");
        Should.Throw<WorkerException>(() => NativeEnvironment.Prepare("avx3")).Message.ShouldContain("expected native or avx2, got 'avx3'");
    }
}
