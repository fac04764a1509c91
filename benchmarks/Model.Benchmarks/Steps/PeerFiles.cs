using System.Runtime.InteropServices;

namespace S2M.Model.Benchmarks.Steps;

/// <summary>The folder through which both sides get the same pixels, parameters and gradient, and the check that they compute one function.</summary>
internal sealed class PeerFiles : IDisposable
{
    // Float32 in another order of sums: against float64 the descriptors differ by 1e-6 and the gradient by 4e-5, and one of 111,680 weights moved by 0.01 shows as
    // 4e-4 and 3e-2. A pool's ties may go to another pixel, which the gradient sees. Equal kernels give no difference at all.
    private const double DescriptorTolerance = 1e-4;
    private const double GradientTolerance = 1e-2;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("s2m-step-");

    /// <summary>The folder.</summary>
    internal string Folder => _folder.FullName;

    /// <summary>Writes what the peer reads.</summary>
    /// <param name="images">P x C x H x W pixels.</param>
    /// <param name="embedding">Parameters and gradient with respect to the descriptors.</param>
    internal void Write(ReadOnlySpan<float> images, EmbeddingStep embedding)
    {
        Write("images.f32", images);
        Write("parameters.f32", embedding.Parameters);
        Write("cotangent.f32", embedding.Cotangent);
    }

    /// <summary>Compares the peer's answer.</summary>
    /// <param name="embedding">Our side.</param>
    /// <returns>The differences, in words.</returns>
    /// <exception cref="BenchmarkException">The peer computes another function, so its times prove nothing.</exception>
    internal string Compare(EmbeddingStep embedding)
    {
        (float[] descriptors, float[] gradient) = embedding.Compute();
        ReadOnlySpan<float> answer = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(Folder, "answer.f32")));
        if (answer.Length != descriptors.Length + gradient.Length)
        {
            throw new BenchmarkException(
                $"answer.f32: expected {descriptors.Length} descriptor and {gradient.Length} gradient values, got {answer.Length}; the peer's network has another layout");
        }

        double descriptorDifference = Difference(descriptors, answer[..descriptors.Length]);
        double gradientDifference = Difference(gradient, answer[descriptors.Length..]);
        string words = $"relative difference to PyTorch {descriptorDifference:G2} (descriptors), {gradientDifference:G2} (gradient)";
        return descriptorDifference <= DescriptorTolerance && gradientDifference <= GradientTolerance
            ? words
            : throw new BenchmarkException($"PyTorch peer: expected differences of at most {DescriptorTolerance} and {GradientTolerance}, got: {words}; make both compute one function");
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);

    private void Write(string name, ReadOnlySpan<float> values) => File.WriteAllBytes(Path.Combine(Folder, name), MemoryMarshal.AsBytes(values).ToArray());

    private static double Difference(ReadOnlySpan<float> ours, ReadOnlySpan<float> theirs)
    {
        double difference = 0;
        double size = 0;
        for (int i = 0; i < ours.Length; i++)
        {
            difference += Math.Pow((double)ours[i] - theirs[i], 2);
            size += Math.Pow(theirs[i], 2);
        }

        return Math.Sqrt(difference / size);
    }
}
