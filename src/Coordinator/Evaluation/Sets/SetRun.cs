using System.Text.Json;
using System.Text.Json.Serialization;
using S2M.Data;

namespace S2M.Coordinator.Evaluation.Sets;

/// <summary>What comparisons take from the <c>metrics.json</c> of a finished run.</summary>
/// <param name="Folder">The run's folder, as it was named.</param>
/// <param name="DataVersion">The data set, <c>name@sha256</c>.</param>
/// <param name="SplitHash">SHA-256 of the class split.</param>
/// <param name="NumericContract">What its arithmetic depended on; empty where the file does not say.</param>
/// <param name="EvaluationSeed">The seed of its sets.</param>
/// <param name="TrainingSeed">The seed of its training.</param>
/// <param name="Sets">Its figures of sets, at least one, each with the precision of every set.</param>
public sealed record SetRun(string Folder, string DataVersion, string SplitHash, string NumericContract, ulong EvaluationSeed, ulong TrainingSeed, IReadOnlyList<SetResult> Sets)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>Reads a run.</summary>
    /// <param name="folder">Its folder.</param>
    /// <exception cref="DataException">It holds no finished run, or one without the precisions of sets.</exception>
    public static SetRun Read(string folder)
    {
        Document document = Parse(folder);
        if (document is not { DataVersion: { } data, SplitHash: { } split, Seeds: { } seeds }
            || !seeds.TryGetValue("evaluation", out ulong evaluation)
            || !seeds.TryGetValue("training", out ulong training))
        {
            throw new DataException(
                $"run '{folder}': expected data_version, split_hash and the seeds of evaluation and training in metrics.json, got a file without one of them; run it again");
        }

        if (document.Sets is not { Count: > 0 } sets)
        {
            throw new DataException($"run '{folder}': expected figures of sets in metrics.json, got none; give its job the block evaluation.sets and run it again");
        }

        return sets.FirstOrDefault(set => set?.Head is null || set.Precisions is null || set.Precisions.Count != set.Episodes || set.Episodes == 0) is { } lacking
            ? throw new DataException(
                $"run '{folder}': expected the precision of each of {lacking.Episodes} sets for {lacking.Head} in metrics.json, got {lacking.Precisions?.Count ?? 0}: "
                + "it was made by an older version; run it again")
            : new SetRun(folder, data, split, document.NumericContract ?? string.Empty, evaluation, training, sets);
    }

    private static Document Parse(string folder)
    {
        string path = Path.Combine(folder, "metrics.json");
        if (!File.Exists(path))
        {
            throw new DataException($"run '{folder}': expected the folder of a finished run, got one without metrics.json; check the path, or wait for the end of the run");
        }

        try
        {
            return JsonSerializer.Deserialize<Document>(File.ReadAllText(path), Options) ?? new Document(null, null, null, null, null);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new DataException($"file '{path}': expected the metrics of a run as JSON, got: {problem.Message}; run it again", problem);
        }
    }

    /// <summary>The part of the file that is read; anything may be absent.</summary>
    private sealed record Document(
        string? DataVersion, string? SplitHash, string? NumericContract, IReadOnlyDictionary<string, ulong>? Seeds, IReadOnlyList<SetResult>? Sets);
}
