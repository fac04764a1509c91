using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using S2M.Specification;

namespace S2M.Local.Tests.Runs;

public sealed partial class TrainingRunTests(ReferenceRun reference)
{
    [Fact]
    public void Run_Metrics_HoldEveryCellWithIntervals()
    {
        JsonElement[] cells = [.. reference.Metrics.GetProperty("evaluations").EnumerateArray()];

        cells.Select(cell => cell.GetProperty("head").GetString()).Distinct(StringComparer.Ordinal).ShouldBe(["gauss", "nearest_mean", "untrained", "raw_pixels"]);
        cells.Length.ShouldBe(8);
        foreach (JsonElement cell in cells)
        {
            cell.GetProperty("phase").GetString().ShouldBe("test");
            cell.GetProperty("ways").GetInt32().ShouldBe(5);
            cell.GetProperty("shots").GetInt32().ShouldBeOneOf(1, 5);
            cell.GetProperty("episodes").GetInt32().ShouldBe(12);
            double accuracy = cell.GetProperty("accuracy").GetDouble();
            foreach (string interval in new[] { "episodes95", "characters95" })
            {
                cell.GetProperty(interval).GetProperty("low").GetDouble().ShouldBeLessThanOrEqualTo(accuracy);
                cell.GetProperty(interval).GetProperty("high").GetDouble().ShouldBeGreaterThanOrEqualTo(accuracy);
            }
        }
    }

    [Fact]
    public void Run_Sets_HaveAFigureOfEveryLineWithItsDifferenceFromTheHead()
    {
        JsonElement[] lines = [.. reference.Metrics.GetProperty("sets").EnumerateArray()];

        const string heads = "gauss nearest_mean k2 k3 k4 k_chosen nearest_neighbor true_modes";
        string.Join(' ', lines.Select(line => line.GetProperty("head").GetString())).ShouldBe($"{heads} {heads}");
        lines.Select(line => line.GetProperty("noise_percent").GetInt32()).Distinct().ShouldBe([0, 30]);
        foreach (JsonElement line in lines)
        {
            line.GetProperty("mean_average_precision").GetDouble().ShouldBeInRange(line.GetProperty("episodes95").GetProperty("low").GetDouble(), 1);
            line.GetProperty("own_minus").ValueKind.ShouldBe(line.GetProperty("head").GetString() == "gauss" ? JsonValueKind.Null : JsonValueKind.Object);
        }

        reference.Output.ShouldContain("2 balanced modes, 30 % clutter");
        File.ReadAllText(Path.Combine(reference.Folder, "report.html")).ShouldContain("Polysemous and noisy sets");
    }

    // With one clean mode there is nothing to be told: the mixture of the true modes is the job's Gaussian, as the network fits it with its learned offset.
    [Fact]
    public async Task Run_SetsOfOneCleanMode_TrueModesAreTheGaussian()
    {
        using var folder = new TempFolder();
        Finished run = await LocalProcess.RunAsync(ReferenceRun.Arguments(
            folder["one"], "--set", "training.steps=1", "--set", "evaluation.sets={modes: [1], noise_percents: [0], distractors: 4, support: 8, episodes: 20}"));
        run.ExitCode.ShouldBe(0, run.Errors);

        Dictionary<string, double> figures = ReferenceRun.MetricsIn(folder["one"]).GetProperty("sets").EnumerateArray()
            .ToDictionary(line => line.GetProperty("head").GetString()!, line => line.GetProperty("mean_average_precision").GetDouble(), StringComparer.Ordinal);

        figures["true_modes"].ShouldBe(figures["gauss"]);
    }

    [Fact]
    public void Run_Metrics_NameEverythingThatDecidedThem()
    {
        foreach (string hash in new[] { "specification_hash", "split_hash", "parameters_hash" })
        {
            reference.Metrics.GetProperty(hash).GetString()!.ShouldMatch("^[0-9a-f]{64}$");
        }

        reference.Metrics.GetProperty("data_version").GetString()!.ShouldMatch("^glyphs@[0-9a-f]{64}$");
        reference.Metrics.GetProperty("numeric_contract").GetString()!.ShouldContain("numerics");
        reference.Metrics.GetProperty("seeds").EnumerateObject().Select(seed => seed.Name).ShouldBe(["evaluation", "split", "training"]);
        reference.Metrics.GetProperty("seconds").EnumerateObject().Select(phase => phase.Name).ShouldBe(["data", "test", "training", "validation"]);
        JsonElement history = reference.Metrics.GetProperty("history");
        history.GetProperty("steps").GetArrayLength().ShouldBe(ReferenceRun.Steps);
        history.GetProperty("validations").GetArrayLength().ShouldBe(1);
        history.GetProperty("absent_episodes").GetInt32().ShouldBe(0);
    }

    [Fact]
    public void Run_SpecificationFile_HashesToTheReportedHash()
    {
        JobSpecification job = CanonicalJson.Read(File.ReadAllText(Path.Combine(reference.Folder, "specification.json")));

        CanonicalJson.HashOf(job).ShouldBe(reference.Metrics.GetProperty("specification_hash").GetString());
        job.Training.Steps.ShouldBe(ReferenceRun.Steps);
    }

    [Fact]
    public void Run_Folder_HasTheLastCheckpointsParametersBesideTheReports()
        => File.ReadAllBytes(Path.Combine(reference.Folder, "parameters.safetensors"))
            .ShouldBe(File.ReadAllBytes(Path.Combine(reference.Folder, "checkpoints", "step-000008", "parameters.safetensors")));

    [Fact]
    public void Run_Output_NamesHashCheckpointFilesAndTimes()
    {
        reference.Output.ShouldContain(reference.Hash);
        reference.Output.ShouldContain(Path.Combine(reference.Folder, "checkpoints", "step-000008"));
        reference.Output.ShouldContain(Path.Combine(reference.Folder, "metrics.json"));
        reference.Output.ShouldContain(Path.Combine(reference.Folder, "report.html"));
        reference.Output.ShouldMatch("time .*data .*test .*training .*validation");
        reference.Output.Split('\n').Where(line => !line.Contains(reference.Folder, StringComparison.Ordinal)).ShouldAllBe(line => line.Length <= 80);
        reference.Errors.ShouldContain("step 8: validation accuracy");
        reference.Output.ShouldContain("mAP");
        reference.Errors.ShouldContain("test: done in");
    }

    [Fact]
    public void Run_Report_IsOneWellFormedPageThatNeedsNothingElse()
    {
        string page = File.ReadAllText(Path.Combine(reference.Folder, "report.html"));

        page.ShouldNotContain("http:");
        page.ShouldNotContain("https:");
        page.ShouldNotContain("<script");
        page.ShouldNotContain("<link");
        page.ShouldNotContain("@import");
        page.ShouldNotContain("url(");
        Reference().Matches(page).Select(match => match.Groups["target"].Value).ShouldAllBe(target => target.StartsWith("data:image/png;base64,", StringComparison.Ordinal));

        // Two episodes, 5 concepts with 1 or 5 support images and 3 queries each.
        Reference().Count(page).ShouldBe(5 * (1 + 3 + 5 + 3));
        page.ShouldContain(reference.Hash);
        page.ShouldContain("prefers-color-scheme: dark");
        page.ShouldContain("5-way 5-shot");
        page.ShouldContain("mean average precision");
        page.ShouldContain("learning_rate: 0.002");

        // The page is written as XML, but for the elements that HTML leaves open.
        string body = OpenElements().Replace(page[page.IndexOf("<body>", StringComparison.Ordinal)..page.IndexOf("</html>", StringComparison.Ordinal)], "$0</img>");
        XElement root = XElement.Parse(body);
        root.Descendants("img").ShouldAllBe(image => image.Attribute("alt")!.Value.Length > 0);
        root.Descendants("svg").ShouldContain(svg => svg.Attribute("role") != null && svg.Element("title") != null);
    }

    [GeneratedRegex("(src|href|data|action|srcset)=\"(?<target>[^\"]*)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Reference();

    [GeneratedRegex("<img[^>]*>", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex OpenElements();
}
