using S2M.Data.Catalogs;
using S2M.Data.Tests.Splits;

namespace S2M.Data.Tests.Catalogs;

public sealed class ConceptCatalogTests
{
    private static readonly ImageClass[] Classes = ClassSplitTests.Classes(5);

    [Fact]
    public void Items_WithoutRotations_AreTheClasses()
    {
        var catalog = new ConceptCatalog(Classes, [4, 1], rotations: false);

        catalog.Part.ShouldBe([4, 1]);
        Enumerable.Range(0, catalog.Count).Select(index => catalog[index]).ShouldBe([new(4, 0), new(1, 0)]);
    }

    [Fact]
    public void Items_WithRotations_AreFourOfEachClass()
    {
        var catalog = new ConceptCatalog(Classes, [4, 1], rotations: true);

        Enumerable.Range(0, catalog.Count).Select(index => catalog[index])
            .ShouldBe([new(4, 0), new(4, 1), new(4, 2), new(4, 3), new(1, 0), new(1, 1), new(1, 2), new(1, 3)]);
    }

    [Theory]
    [InlineData(new int[0])]
    [InlineData(new[] { 1, 1 })]
    [InlineData(new[] { 5 })]
    [InlineData(new[] { -1 })]
    public void New_PartThatIsNone_IsRefused(int[] part) =>
        Should.Throw<DataException>(() => new ConceptCatalog(Classes, part, rotations: true)).Message.ShouldStartWith("catalog: expected distinct classes from 0 to 4, at least one, got");

    [Theory]
    [InlineData(-1)]
    [InlineData(8)]
    public void Item_BeyondTheCount_Throws(int index) =>
        Should.Throw<ArgumentOutOfRangeException>(() => new ConceptCatalog(Classes, [4, 1], rotations: true)[index]);
}
