namespace S2M.Numerics.Tests.Determinism;

/// <summary>
/// The bits are frozen: a changed hash means other parameters from the same job. Whoever means to change one raises the numeric contract's revision.
/// </summary>
public sealed class KnownBitsTests
{
    private static readonly Dictionary<string, string> Frozen = new(StringComparer.Ordinal)
    {
        ["portable"] = "855a66829cfb2594afae94ec43bdd343ff358eb7623f50a09ce7d623533be484",
        ["rows"] = "10a1445608e96783da5d64646cf00fa727ffb95f0c2e3e483ee1840ec7491d7d",
        ["random"] = "fec6f172a588283425255996a74d164716eb1bfe3b661765fbd5ca77c7a50635",
        ["tree"] = "232f7f2d5ff502fcb4df2318cecc9ab3402e9942b6cf85b6e28367f3afbf0450",
        ["flat"] = "5f7bb9152cc72501a30d51933b3c27e52dca01623c134663efa1c37c01c42e40",
        ["adam"] = "c7e5be7de8bcc6149409b047a8f4c934812ba848713d6d96296c4aba8c1ed62d",
        ["adamw"] = "74d816db023bc69c90dae412a2dbd013f0f71b9eb1a03f84d6db2454a9078635",
        ["sgd"] = "e82eb2bdb4e590e191176587a4d24286349fff1a8218193e95b2ad63eb2add9d",
    };

    [Fact]
    public void Hashes_OnThisMachine_AreTheFrozenOnes()
        => KnownBits.Hashes().ToDictionary(pair => pair.Name, pair => pair.Hash, StringComparer.Ordinal).ShouldBe(Frozen, ignoreOrder: true);

    // DOTNET_EnableAVX512F and DOTNET_EnableFMA are names of older runtimes, of which .NET 10 takes no notice.
    [Theory]
    [InlineData("DOTNET_EnableAVX512", "avx512")]
    [InlineData("DOTNET_EnableAVX512F", "")]
    [InlineData("DOTNET_EnableAVX2", "avx2")]
    [InlineData("DOTNET_EnableAVX2", "fma")]
    [InlineData("DOTNET_EnableAVX", "avx")]
    [InlineData("DOTNET_EnableFMA", "")]
    [InlineData("DOTNET_EnableHWIntrinsic", "sse42")]
    public async Task Hashes_WithProcessorFeaturesOff_AreTheFrozenOnes(string variable, string feature)
    {
        (int exitCode, string output, string errors) = await ChildProcess.RunAsync(ChildProcess.Describe([(variable, "0"), ("DOTNET_TieredPGO", "0")], "bits"));

        exitCode.ShouldBe(0, errors);
        string[] lines = output.Split('\n');
        lines[0].ShouldContain(feature.Length == 0 ? "fma" : $"{feature} False");
        lines[1..].ShouldBe(Frozen.Select(pair => $"{pair.Key} {pair.Value}"), ignoreOrder: true);
    }
}
