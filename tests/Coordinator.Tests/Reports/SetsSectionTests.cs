using S2M.Coordinator.Evaluation.Sets;
using S2M.Coordinator.Reports;
using S2M.Numerics.Statistics;

namespace S2M.Coordinator.Tests.Reports;

public sealed class SetsSectionTests
{
    [Fact]
    public void Write_Lines_NameKindOnceAndShowFigureDifferenceAndIndex()
    {
        SetResult own = new("test", "gauss", 2, "skewed", 15, "coherent", 15, 200, 0.75, new Interval(0.75, 0.7, 0.8), null, null, null, [0.75]);
        SetResult other = own with { Head = "true_modes", OwnMinus = new PairedDifference(-0.0625, -0.125, 0.01), AdjustedRandIndex = 0.875, MeanComponents = 2.25 };

        string text = SetsSection.Write([own, other]).Text;

        text.Split("2 characters, skewed, 15 % coherent noise").Length.ShouldBe(2);
        string[] words = ["200 sets a line", "a support of 15 images", "Gaussian (the job&#39;s head)", "a Gaussian for each true character"];
        string[] figures = ["0.7500", "0.7000 to 0.8000", "-0.0625", "-0.1250 to 0.0100", "0.875"];
        foreach (string part in words.Concat(figures))
        {
            text.ShouldContain(part);
        }
    }

    [Fact]
    public void Write_NoLines_IsEmpty() => SetsSection.Write([]).Text.ShouldBeEmpty();
}
