using System.CommandLine;
using S2M.Model.Benchmarks.Images;

namespace S2M.Model.Benchmarks.Parts;

/// <summary>The commands that measure parts with BenchmarkDotNet, in this process so that its allocator and threads are the worker's.</summary>
internal static class PartCommands
{
    private const int RecipeBatch = 300;
    private const int Rounds = 3;

    /// <summary>The <c>sampler</c> command.</summary>
    internal static Command Sampler()
        => Create("sampler", "Drawing an episode and loading its pool, against a copy of the pool's pixels.", filesNeeded: false, typeof(SamplerParts));

    /// <summary>The <c>decode</c> command.</summary>
    internal static Command Decode()
        => Create("decode", "An image from its container to resized pixels, against decoding its PNG alone.", filesNeeded: true, typeof(DecodeParts));

    /// <summary>The <c>averaging</c> command.</summary>
    internal static Command Averaging()
        => Create("averaging", "The fixed tree's sum and the optimizer's step on conv-4's layout, against copies of the same vectors.", filesNeeded: false, typeof(AveragingParts), typeof(OptimizerParts));

    private static Command Create(string name, string description, bool filesNeeded, params Type[] parts) => new BenchmarkOptions(name, Rounds).Create(
        description,
        (path, rounds, _) =>
        {
            using BenchmarkImages images = BenchmarkImages.Open(path, RecipeBatch);
            if (filesNeeded && images.ContainerPath is null)
            {
                throw new BenchmarkException($"{name}: expected image files, got the built-in glyphs, which are drawn and not decoded; give --images PATH");
            }

            PartInputs.Images = images;
            return new PartRunner(TimeProvider.System).Run(name, parts, rounds, images);
        });
}
