using S2M.Coordinator.Jobs;
using S2M.Data;
using S2M.Data.Glyphs;
using S2M.Specification;

namespace S2M.Coordinator.Tests.Jobs;

public sealed class JobInputsTests
{
    private const string Job = "name: a\ndata: {name: glyphs}\nsplit: {train: 280, validation: 40, test: 80}\n";

    [Theory]
    [InlineData("evaluation: {sets: {noise_kinds: [scattered, clutter, coherent], hybrids: 8, weights: [balanced, skewed]}}")]
    [InlineData("episode: {modes: 2, images_per_class: 20, groups: [{support: 0-9, queries: 10-19}]}")]
    public void CheckEpisodes_SetsThatFit_AreTaken(string more) => Check(more);

    [Theory]
    [InlineData("evaluation: {sets: {distractors: 100}}", "evaluation.sets: set: expected at most 80 different classes for modes")]
    [InlineData("evaluation: {sets: {modes: [1], positives_per_mode: 6}}", "evaluation.sets: class 'glyph/character")]
    [InlineData("episode: {modes: 2}", "training: episode: expected an image of each of 2 modes in every support, got GroupRoles { SupportFirst = 0, SupportCount = 1")]
    public void CheckEpisodes_SetsThatDoNotFit_AreRefusedBeforeTheFirstStep(string more, string expected)
        => Should.Throw<DataException>(() => Check(more)).Message.ShouldStartWith(expected);

    private static void Check(string more)
    {
        using var glyphs = new GlyphDataSet();
        new JobInputs(JobFile.Parse(Job + more, "job", []), glyphs).CheckEpisodes();
    }
}
