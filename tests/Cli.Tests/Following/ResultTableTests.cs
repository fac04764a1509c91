using S2M.Cli.Following;
using S2M.Numerics.Statistics;
using Spectre.Console;

namespace S2M.Cli.Tests.Following;

public sealed class ResultTableTests
{
    private static readonly int[] Ways = [5, 20];
    private static readonly string[] Heads = ["gauss", "nearest_mean", "untrained", "raw_pixels"];

    [Theory]
    [InlineData(80, 2)]
    [InlineData(120, 2)]
    [InlineData(80, 5)]
    [InlineData(60, 2)]
    public void Write_AnyWidth_NoLineIsBrokenOrTooLong(int width, int shotCounts)
    {
        string text = Render(width, shotCounts);

        text.Split('\n').ShouldAllBe(line => line.Length <= width);
        foreach (string whole in new[] { "nearest_mean", "characters95", "0.9321-0.9876", "20-way 1-shot", "chance" })
        {
            text.ShouldContain(whole);
        }
    }

    [Fact]
    public void Write_WideEnough_OneColumnForEachProtocol()
        => Render(120, 2).Split('\n').ShouldContain(line => line.Contains("5-way 1-shot", StringComparison.Ordinal) && line.Contains("20-way 2-shot", StringComparison.Ordinal));

    private static string Render(int width, int shotCounts)
    {
        EvaluationCell[] results = [.. Ways.SelectMany(ways => Enumerable.Range(1, shotCounts).SelectMany(shots => Heads.Select(
            head => new EvaluationCell("test", head, ways, shots, 0.95, new Interval(0.95, 0.94, 0.96), new Interval(0.95, 0.9321, 0.9876), 600))))];
        using var writer = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(
            new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(writer) });
        console.Profile.Width = width;
        ResultTable.Write(console, results);
        return writer.ToString();
    }
}
