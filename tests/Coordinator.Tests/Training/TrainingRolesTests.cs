using S2M.Coordinator.Training;
using S2M.Data.Catalogs;
using S2M.Data.Glyphs;
using S2M.Data.Sampling;
using S2M.Specification;

namespace S2M.Coordinator.Tests.Training;

public sealed class TrainingRolesTests
{
    [Theory]
    [InlineData(1, ModeWeighting.Balanced, "1")]
    [InlineData(3, ModeWeighting.Balanced, "1 1 1")]
    [InlineData(1, ModeWeighting.Skewed, "6")]
    [InlineData(2, ModeWeighting.Skewed, "6 3")]
    [InlineData(3, ModeWeighting.Skewed, "6 3 1")]
    public void Weights_OfModes_AreEqualOrTheFirstOfSixThreeOne(int modes, ModeWeighting weighting, string expected)
        => string.Join(' ', TrainingRoles.Weights(modes, weighting)).ShouldBe(expected);

    [Fact]
    public void Draw_AJobOfSeveralModes_UnitesClassesInEveryConcept()
    {
        using var glyphs = new GlyphDataSet();
        JobSpecification job = JobFile.Parse(
            "name: a\ndata: {name: glyphs}\nepisode: {classes: 10, images_per_class: 20, modes: 3, mode_weights: skewed, groups: [{support: 0-9, queries: 10-19}]}", "job", []);

        Episode episode = TrainingRoles.Draw(new EpisodeSampler(new ConceptCatalog(glyphs.Classes, [.. Enumerable.Range(0, 40)], rotations: true), glyphs.Classes), job, 4, 1);

        episode.Address.ShouldBe(new EpisodeAddress(job.Training.Seed, EpisodePhase.Training, 4, 1));
        foreach (Concept concept in episode.Groups.Single().Concepts)
        {
            (int, int)[] support = [.. concept.Support.Select(row => (episode.Pool[row].Image / 20, episode.Pool[row].QuarterTurns))];
            support.CountBy(image => image).Select(pair => pair.Value).ShouldBe([6, 3, 1]);
            concept.Positives.Select(row => (episode.Pool[row].Image / 20, episode.Pool[row].QuarterTurns)).ShouldBe(support, ignoreOrder: true);
        }
    }
}
