using S2M.Data.Glyphs;
using S2M.Data.Images;
using S2M.Data.Splits;
using S2M.Data.Tests.Files;

namespace S2M.Data.Tests.Splits;

public sealed class LeakageCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Of_AllImagesDifferent_IsEmpty()
    {
        using ImageDataSet dataSet = Open();

        LeakageCheck.Of(dataSet, ClassSplit.Draw(dataSet.Classes, 1, 2, 2, 2)).ShouldBeEmpty();
    }

    [Fact]
    public void Of_ImageTwiceInOneClass_IsNoLeak()
    {
        using ImageDataSet dataSet = Open(("class0/copy.png", 0), ("class0/again.png", 0));

        LeakageCheck.Of(dataSet, ClassSplit.Draw(dataSet.Classes, 1, 2, 2, 2)).ShouldBeEmpty();
    }

    [Fact]
    public void Of_ImageInTwoClasses_IsALeakWhereTheyAreInDifferentParts()
    {
        using ImageDataSet dataSet = Open(("class5/copy.png", 0));
        (int seen, int leaks) = (0, 0);
        for (ulong seed = 0; seed < 40; seed++)
        {
            var split = ClassSplit.Draw(dataSet.Classes, seed, 2, 2, 1);
            IReadOnlyList<(int First, int Second)> shared = LeakageCheck.Of(dataSet, split);
            (int first, int second) = (PartOf(split, 0), PartOf(split, 5));
            if (first < 0 || second < 0 || first == second)
            {
                shared.ShouldBeEmpty();
                seen++;
            }
            else
            {
                (int Low, int High) pair = shared.Select(images => (Math.Min(images.First, images.Second), Math.Max(images.First, images.Second))).ShouldHaveSingleItem();
                (dataSet.PathOf(pair.Low), dataSet.PathOf(pair.High)).ShouldBe(("class0/own.png", "class5/copy.png"));
                leaks++;
            }
        }

        seen.ShouldBeGreaterThan(5);
        leaks.ShouldBeGreaterThan(5);
    }

    [Fact]
    public void Refuse_LeakingSplit_NamesTheImages()
    {
        using ImageDataSet dataSet = Open([.. Enumerable.Range(0, 6).SelectMany(other => Enumerable.Range(0, 6).Where(own => own != other).Select(own => ($"class{other}/copy{own}.png", own)))]);
        var split = ClassSplit.Draw(dataSet.Classes, 1, 2, 2, 2);

        string message = Should.Throw<DataException>(() => LeakageCheck.Refuse(dataSet, split)).Message;
        message.ShouldStartWith("data set 'birds': expected training, validation and test classes without a common image, got 'class");
        message.ShouldMatch("(' = 'class.*){5} and [0-9]+ more; remove one of each pair, or draw another split$");
    }

    [Fact]
    public void Refuse_Glyphs_Passes()
    {
        using var dataSet = new GlyphDataSet();

        Should.NotThrow(() => LeakageCheck.Refuse(dataSet, ClassSplit.Draw(dataSet.Classes, 1, 280, 40, 80)));
    }

    public void Dispose() => _folder.Dispose();

    private static int PartOf(ClassSplit split, int index)
    {
        IReadOnlyList<int>[] parts = [split.Train, split.Validation, split.Test];
        return Array.FindIndex(parts, part => part.Contains(index));
    }

    /// <summary>Six classes of one image each, and more images by the value of their pixel.</summary>
    private ImageDataSet Open(params (string Path, int Value)[] more) => DataSets.Open(
        "birds",
        _folder.Write("birds.zip", TestZip.Write(
        [
            .. Enumerable.Range(0, 6).Select(index => new TestZipEntry($"class{index}/own.png", TestPng.OfGray(1, 1, (byte)index))),
            .. more.Select(image => new TestZipEntry(image.Path, TestPng.OfGray(1, 1, (byte)image.Value))),
        ])));
}
