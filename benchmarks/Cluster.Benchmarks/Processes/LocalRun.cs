using System.Text.Json.Nodes;
using S2M.Numerics.Parameters;

namespace S2M.Cluster.Benchmarks.Processes;

/// <summary>A job trained in one process, without a service: what every cluster is measured against.</summary>
/// <param name="Hash">SHA-256 of the final parameters.</param>
/// <param name="TrainingSeconds">Of the training phase.</param>
/// <param name="Losses">Of every step, in order.</param>
/// <param name="Parameters">The final parameters, by name.</param>
internal sealed record LocalRun(string Hash, double TrainingSeconds, IReadOnlyList<double> Losses, IReadOnlyList<SafeTensor> Parameters)
{
    private const string Program = "s2m-local.dll";

    /// <summary>Trains the quickstart's job with settings over it.</summary>
    /// <param name="core">The core that it is bound to; negative for none.</param>
    /// <param name="folder">Where its results go.</param>
    /// <param name="settings">Settings.</param>
    internal static async Task<LocalRun> TrainAsync(int core, string folder, IReadOnlyList<string> settings)
    {
        await using ServiceProcess local = Start(core, folder, settings);
        await local.FinishAsync();
        JsonNode metrics = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "metrics.json")))!;
        string parameters = Directory.GetFiles(folder, "parameters.safetensors", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Last();
        return new LocalRun(
            metrics["parameters_hash"]!.GetValue<string>(),
            metrics["seconds"]!["training"]!.GetValue<double>(),
            [.. metrics["history"]!["steps"]!.AsArray().Select(static step => step!["loss"]!.GetValue<double>())],
            Read(parameters));
    }

    /// <summary>Begins to train.</summary>
    /// <inheritdoc cref="TrainAsync"/>
    internal static ServiceProcess Start(int core, string folder, IReadOnlyList<string> settings) => ServiceProcess.Start(
        core,
        Program,
        new Dictionary<string, string>(StringComparer.Ordinal),
        ["quickstart", "--in-process", "--threads", core < 0 ? "2" : "1", "--out", folder, .. settings.SelectMany(static setting => new[] { "--set", setting })]);

    /// <summary>The tensors of a file.</summary>
    internal static IReadOnlyList<SafeTensor> Read(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return SafeTensors.Read(stream, int.MaxValue).Tensors;
    }

    /// <summary>The first step whose loss differs, and the first tensor that does, in words.</summary>
    internal string FirstDifference(IReadOnlyList<double> losses, IReadOnlyList<SafeTensor> parameters)
    {
        int step = Enumerable.Range(0, Math.Min(losses.Count, Losses.Count)).FirstOrDefault(at => BitConverter.DoubleToInt64Bits(losses[at]) != BitConverter.DoubleToInt64Bits(Losses[at]), -1);
        SafeTensor? tensor = Parameters.FirstOrDefault(one => parameters.FirstOrDefault(other => other.Name == one.Name) is not { } same || !same.ToFloats().AsSpan().SequenceEqual(one.ToFloats()));
        string what = tensor is null ? "no tensor differs" : $"tensor {tensor.Name} differs first";
        return step < 0 ? $"no loss differs; {what}" : $"the loss of step {step + 1} differs first, so the parameters do since step {step}; {what}";
    }
}
