using S2M.Specification;

namespace S2M.Coordinator.Checkpoints;

/// <summary>What a run is, so that a checkpoint of another is not taken for its own.</summary>
/// <param name="Specification">The job.</param>
/// <param name="DataVersion">The data set, <c>name@sha256</c>.</param>
/// <param name="SplitHash">SHA-256 of the class split.</param>
/// <param name="NumericContract">What the arithmetic depends on besides the specification.</param>
public sealed record CheckpointIdentity(JobSpecification Specification, string DataVersion, string SplitHash, string NumericContract)
{
    /// <summary>Refuses a checkpoint of another run.</summary>
    /// <param name="manifest">The checkpoint's.</param>
    /// <param name="path">Its folder, for the message.</param>
    /// <exception cref="CoordinatorException">Specification, data, split or numeric contract differ; the message names the fields.</exception>
    internal void Require(CheckpointManifest manifest, string path)
    {
        var differences = new List<string>();
        if (manifest.SpecificationHash != CanonicalJson.HashOf(Specification))
        {
            differences.AddRange(SpecificationDifferences(manifest.Specification));
        }

        Compare("data version", manifest.DataVersion, DataVersion, differences);
        Compare("split", manifest.SplitHash, SplitHash, differences);
        Compare("numeric contract", manifest.NumericContract, NumericContract, differences);
        if (differences.Count > 0)
        {
            throw new CoordinatorException(
                $"checkpoint '{path}' is of another run. Fields that differ (checkpoint, now): {string.Join("; ", differences)}. "
                + "Resume with the same job file, data and machine, or begin again in another folder.");
        }
    }

    private IReadOnlyList<string> SpecificationDifferences(string stored)
    {
        try
        {
            IReadOnlyList<string> fields = CanonicalJson.Differences(CanonicalJson.Read(stored), Specification);

            // A field that was added since, at its default, differs in the text alone.
            return fields.Count > 0 ? fields : ["specification: written by another version of this program"];
        }
        catch (SpecificationException problem)
        {
            return [$"specification: written by another version of this program ({problem.Message})"];
        }
    }

    private static void Compare(string name, string stored, string now, List<string> differences)
    {
        if (stored != now)
        {
            differences.Add($"{name}: {stored}, {now}");
        }
    }
}
