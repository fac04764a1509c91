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

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void Write_Sets_EveryKindWithItsLinesAndNoLineTooLong(int width)
    {
        SetLine own = new("test", "gauss", 3, "skewed", 0, "none", 200, 0.5, new Interval(0.5, 0.4321, 0.5678), null, null, null);
        SetLine neighbor = own with { Head = "nearest_neighbor", OwnMinus = new Interval(-0.1, -0.1234, 0.0123), AdjustedRandIndex = 0.875 };

        string text = Written(width, console => ResultTable.Write(console, [own, neighbor, own with { NoisePercent = 30, NoiseKind = "scattered" }]));

        text.Split('\n').ShouldAllBe(line => line.Length <= width);
        string[] wholes = ["200 sets each", "3 skewed modes, clean", "3 skewed modes, 30 % scattered", "nearest_neighbor", "0.4321-0.5678", "-0.1234..+0.0123", "0.875"];
        foreach (string whole in wholes)
        {
            text.ShouldContain(whole);
        }
    }

    [Fact]
    public void Write_NoSets_WritesNothing() => Written(80, console => ResultTable.Write(console, Array.Empty<SetLine>())).ShouldBeEmpty();

    private static string Render(int width, int shotCounts)
    {
        EvaluationCell[] results = [.. Ways.SelectMany(ways => Enumerable.Range(1, shotCounts).SelectMany(shots => Heads.Select(
            head => new EvaluationCell("test", head, ways, shots, 0.95, new Interval(0.95, 0.94, 0.96), new Interval(0.95, 0.9321, 0.9876), 600))))];
        return Written(width, console => ResultTable.Write(console, results));
    }

    private static string Written(int width, Action<IAnsiConsole> write)
    {
        using var writer = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(
            new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(writer) });
        console.Profile.Width = width;
        write(console);
        return writer.ToString();
    }
}
