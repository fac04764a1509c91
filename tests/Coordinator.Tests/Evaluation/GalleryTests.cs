using S2M.Coordinator.Evaluation;
using S2M.Data.Catalogs;
using S2M.Data.Sampling;

namespace S2M.Coordinator.Tests.Evaluation;

public sealed class GalleryTests
{
    private static readonly ImageClass[] Classes = [new("a", 0, 3), new("b", 3, 2), new("c", 5, 4)];

    [Fact]
    public void Images_PartWithoutRotations_ConceptByConceptInTheOrderOfThePart()
    {
        var gallery = new Gallery(new ConceptCatalog(Classes, [2, 0], rotations: false), Classes);

        gallery.Images.ShouldBe([new(5, 0), new(6, 0), new(7, 0), new(8, 0), new(0, 0), new(1, 0), new(2, 0)]);
        gallery.RowsOf(0).ShouldBe(0..4);
        gallery.RowsOf(1).ShouldBe(4..7);
    }

    [Fact]
    public void Images_Rotations_AreConceptsOfTheirOwn()
    {
        var gallery = new Gallery(new ConceptCatalog(Classes, [1], rotations: true), Classes);

        gallery.Images.ShouldBe([.. Enumerable.Range(0, 4).SelectMany(turns => new[] { new PoolImage(3, turns), new PoolImage(4, turns) })]);
        gallery.RowsOf(3).ShouldBe(6..8);
    }

    [Fact]
    public void Locate_Episode_PointsAtTheSameImages()
    {
        var gallery = new Gallery(new ConceptCatalog(Classes, [0, 1, 2], rotations: true), Classes);
        PoolImage[] pool = [new(8, 3), new(0, 0), new(5, 3), new(2, 0), new(3, 1)];
        var episode = new Episode(default, pool, [new EpisodeGroup([new(new(2, 3), [0], [2]), new(new(0, 0), [3], [1])], [4])]);

        EpisodeGroup located = gallery.Locate(episode);

        located.Concepts.Select(concept => concept.Id).ShouldBe([new ConceptId(2, 3), new ConceptId(0, 0)]);
        Images(located.Concepts[0].Support).ShouldBe([pool[0]]);
        Images(located.Concepts[0].Positives).ShouldBe([pool[2]]);
        Images(located.Concepts[1].Support).ShouldBe([pool[3]]);
        Images(located.Concepts[1].Positives).ShouldBe([pool[1]]);
        Images(located.Distractors).ShouldBe([pool[4]]);

        IEnumerable<PoolImage> Images(IReadOnlyList<int> rows) => rows.Select(row => gallery.Images[row]);
    }
}
