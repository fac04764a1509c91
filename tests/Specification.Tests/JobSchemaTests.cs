using System.Globalization;
using System.Text.Json.Nodes;

namespace S2M.Specification.Tests;

public sealed class JobSchemaTests
{
    // Big enough that no check between fields answers before the field's own range does.
    private const string Roomy = "name: roomy\ndata: {name: glyphs}\nnetwork: {head: adagmm}\nepisode: {classes: 30, groups: [{support: 0-5, queries: 6-9}]}\n";

    private static readonly JsonObject Schema = JsonNode.Parse(JobSchema.Write())!.AsObject();

    private static readonly Dictionary<string, JsonObject> Fields = Leaves(string.Empty, Schema).ToDictionary(StringComparer.Ordinal);

    public static TheoryData<string> Paths => [.. Fields.Keys];

    [Fact]
    public void Write_Always_IsTheFileBesideTheJobs() =>
        File.ReadAllText(Path.Combine(TestJobs.Repository(), "jobs", "job.schema.json")).ShouldBe(JobSchema.Write(), "write jobs/job.schema.json anew from JobSchema.Write()");

    [Fact]
    public void Write_Always_HasEveryFieldOfTheCanonicalJson()
    {
        // Later fields stand in the text where they differ from their defaults.
        JsonNode canonical = JsonNode.Parse(CanonicalJson.Write(TestJobs.Parse(Roomy, [.. TestJobs.LaterFields, "training.gradient_check=1"])))!;

        Fields.Keys.Select(path => path.Replace("data.image.", "data.", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .ShouldBe(CanonicalLeaves(string.Empty, canonical).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Write_EveryField_HasADescriptionAndADefaultOrIsRequired() =>
        Fields.ShouldAllBe(field => field.Value["description"]!.GetValue<string>().EndsWith('.') && (field.Value.ContainsKey("default") != (field.Key == "name" || field.Key == "data.name")));

    [Theory]
    [MemberData(nameof(Paths))]
    public void Default_WrittenOut_IsTheReadersDefault(string path)
    {
        if (Fields[path]["default"] is { } value)
        {
            string written = value is JsonArray ? value.ToJsonString() : value.ToString();
            string job = TestJobs.Minimal + (path.StartsWith("evaluation.sets.", StringComparison.Ordinal) ? "evaluation: {sets: {}}\n" : string.Empty);
            CanonicalJson.Write(TestJobs.Parse(job, $"{path}={written}")).ShouldBe(CanonicalJson.Write(TestJobs.Parse(job)));
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Range_AtAndBeyondItsEnds_IsTheReaders(string path)
    {
        foreach (string value in Probes(Fields[path]))
        {
            SchemaRules.Accepts(Fields[path], SchemaRules.Load(value.Length == 0 ? "''" : value)).ShouldBe(ReaderTakes(path, value), $"{path}: {value}");
        }
    }

    [Fact]
    public void Accepts_EveryJobOfTheRepository_IsTrue() =>
        TestJobs.Files().ShouldAllBe(file => SchemaRules.Accepts(Schema, SchemaRules.Load(File.ReadAllText(file))));

    [Theory]
    [InlineData("name: a")]
    [InlineData("data: {name: a}")]
    [InlineData("name: a\ndata: {}")]
    [InlineData("name: a\ndata: {name: b}\nextra: 1")]
    [InlineData("name: a\ndata: {name: b, image: {width: 3}}")]
    [InlineData("name: a\ndata: {name: b}\ntraining: 5")]
    [InlineData("name: a\ndata: {name: b}\nepisode: {groups: [{support: 0}]}")]
    [InlineData("name: a\ndata: {name: b}\nepisode: {groups: [{support: 0, queries: a}]}")]
    [InlineData("name: a\ndata: {name: b}\nepisode: {groups: [{support: 0, queries: 1, more: 2}]}")]
    public void Accepts_WhatTheReaderRefuses_IsFalse(string yaml)
    {
        TestJobs.Refusal(yaml).ShouldNotBeEmpty();
        SchemaRules.Accepts(Schema, SchemaRules.Load(yaml)).ShouldBeFalse();
    }

    // Whether the reader takes the field's value: an error between fields comes after all values are read, and is of the checks.
    private static bool ReaderTakes(string path, string value)
    {
        try
        {
            TestJobs.Parse(Roomy, $"{path}={value}");
            return true;
        }
        catch (SpecificationException problem)
        {
            return !problem.Message.Contains($": {path}: expected", StringComparison.Ordinal) && !problem.Message.Contains($": {path}[", StringComparison.Ordinal)
                || problem.Message.Contains("different concepts", StringComparison.Ordinal)
                || problem.Message.Contains("first-block activations", StringComparison.Ordinal)
                || problem.Message.Contains("fewer than training.steps", StringComparison.Ordinal);
        }
    }

    private static IEnumerable<string> Probes(JsonObject field)
    {
        foreach (string word in (string[])["", "word", "true", "-1", "0", "1", "1.5", "[]", "[5]", "[5, 5]", "[1]", "[0]", "[word]", "{a: 1}", "a b", new string('x', 64), new string('x', 65)])
        {
            yield return word;
        }

        foreach (JsonNode? word in field["enum"]?.AsArray() ?? [])
        {
            yield return word!.ToString();
            yield return word.ToString() + "x";
        }

        foreach (string end in (string[])["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"])
        {
            if (field[end] is { } value)
            {
                decimal number = decimal.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);
                foreach (decimal near in (decimal[])[number - 1, number - 1e-9m, number, number + 1e-9m, number + 1])
                {
                    // A schema's reader of numbers cannot tell 2^64 - 1 from 2^64.
                    if (near % 1 == 0 || field["type"]!.ToString() == "number")
                    {
                        if (near <= ulong.MaxValue || number < ulong.MaxValue)
                        {
                            yield return near.ToString("0.###########", CultureInfo.InvariantCulture);
                        }
                    }
                }
            }
        }
    }

    private static IEnumerable<KeyValuePair<string, JsonObject>> Leaves(string path, JsonObject schema) =>
        schema["properties"] is JsonObject properties
            ? properties.SelectMany(pair => Leaves(path.Length == 0 ? pair.Key : $"{path}.{pair.Key}", pair.Value!.AsObject()))
            : [KeyValuePair.Create(path, schema)];

    private static IEnumerable<string> CanonicalLeaves(string path, JsonNode node) =>
        node is JsonObject map
            ? map.SelectMany(pair => CanonicalLeaves(path.Length == 0 ? pair.Key : $"{path}.{pair.Key}", pair.Value!))
            : [path];
}
