using S2M.Data.Catalogs;
using S2M.Data.Sampling;
using S2M.Numerics.Averaging;
using S2M.Numerics.Parameters;
using S2M.Numerics.Randomness;
using S2M.Specification;
using TorchSharp;
using static TorchSharp.torch;

namespace S2M.Model.Tests;

public sealed class Set2ModelNetworkTests
{
    private const int Classes = 10;
    private const int ImagesPerClass = 4;

    [Theory]
    [InlineData(HeadKind.Gauss, LossKind.NWay)]
    [InlineData(HeadKind.Gauss, LossKind.Histogram)]
    [InlineData(HeadKind.NearestMean, LossKind.NWay)]
    public void ComputeEpisode_StepAgainstGradient_LossFallsAsPredicted(HeadKind head, LossKind loss)
    {
        using var network = new Set2ModelNetwork(TestJobs.Small(head, loss));
        ParameterSnapshot start = network.Initialize();
        Episode episode = MakeEpisode(0);
        using Tensor images = MakeImages();
        EpisodeSum leaf = Compute(network, start, images, episode);
        float[] gradient = leaf.Values[..network.Parameters.Count];
        double squared = gradient.Sum(value => (double)value * value);
        double step = 1e-3 / Math.Sqrt(squared);

        double LossAt(double distance)
        {
            float[] moved = [.. start.Parameters.Zip(gradient, (value, slope) => (float)(value - (distance * slope)))];
            return Compute(network, start with { Parameters = moved }, images, episode).Metrics[0];
        }

        ((LossAt(-step) - LossAt(step)) / (2 * step * squared)).ShouldBe(1, 0.05);
    }

    [Fact]
    public void ComputeEpisode_Twice_SameBits()
    {
        using var network = new Set2ModelNetwork(TestJobs.Small(dropout: 0.3));
        using var other = new Set2ModelNetwork(TestJobs.Small(dropout: 0.3));
        using Tensor images = MakeImages();
        ParameterSnapshot start = network.Initialize();

        EpisodeSum first = Compute(network, start, images, MakeEpisode(3));
        _ = Compute(network, start, images, MakeEpisode(4));
        EpisodeSum again = Compute(network, start, images, MakeEpisode(3));
        EpisodeSum elsewhere = Compute(other, start, images, MakeEpisode(3));

        again.Values.SequenceEqual(first.Values).ShouldBeTrue();
        elsewhere.Values.SequenceEqual(first.Values).ShouldBeTrue();
    }

    [Fact]
    public void ComputeEpisode_Dropout_FollowsFromTheAddress()
    {
        using var network = new Set2ModelNetwork(TestJobs.Small(dropout: 0.3));
        using Tensor images = MakeImages();
        ParameterSnapshot start = network.Initialize();

        Compute(network, start, images, MakeEpisode(4)).Values.SequenceEqual(Compute(network, start, images, MakeEpisode(3)).Values).ShouldBeFalse();
    }

    [Theory]
    [InlineData(HeadKind.Gauss)]
    [InlineData(HeadKind.Gmm2)]
    [InlineData(HeadKind.AdaGmm)]
    public void ComputeEpisode_NonFiniteParameter_LeafIsAbsentAndTheNextIsWhole(HeadKind head)
    {
        using var network = new Set2ModelNetwork(TestJobs.Small(head));
        using Tensor images = MakeImages();
        ParameterSnapshot start = network.Initialize();
        float[] broken = [.. start.Parameters];
        broken[5] = float.NaN;
        EpisodeSum before = Compute(network, start, images, MakeEpisode(0));

        Compute(network, start with { Parameters = broken }, images, MakeEpisode(0)).Present.ShouldBe(0);
        foreach (float logOffset in new[] { float.NaN, 800, -800 })
        {
            // The scalars of the head stand last: its variance offsets, and whatever else it learns.
            float[] scalars = [.. start.Parameters];
            scalars.AsSpan(scalars.Length - network.Parameters.Entries.Count(entry => entry.Shape.Count == 0)).Fill(logOffset);
            Compute(network, start with { Parameters = scalars }, images, MakeEpisode(0)).Present.ShouldBe(0, $"log eps {logOffset}");
        }

        Compute(network, start, images, MakeEpisode(0)).Values.SequenceEqual(before.Values).ShouldBeTrue();
    }

    [Fact]
    public void Parameters_WeightDecay_IsForConvolutionsOnly()
    {
        using var network = new Set2ModelNetwork(TestJobs.Small());

        network.Parameters.Entries.Where(entry => entry.WeightDecayScale == 1).Select(entry => entry.Name)
            .ShouldBe(Enumerable.Range(0, 4).Select(block => $"blocks.{block}.convolution.weight"));
        network.Parameters.Entries.Where(entry => entry.WeightDecayScale == 0).Count().ShouldBe(8 + 3);
    }

    [Fact]
    public void ComputeEpisode_AfterOneThatThrew_HasTheSameBits()
    {
        using var network = new Set2ModelNetwork(TestJobs.Small());
        using Tensor images = MakeImages();
        ParameterSnapshot start = network.Initialize();
        EpisodeSum before = Compute(network, start, images, MakeEpisode(0));
        Episode episode = MakeEpisode(0);
        var outside = new EpisodeGroup([new Concept(new ConceptId(0, 0), [Classes * ImagesPerClass], [0]), new Concept(new ConceptId(1, 0), [4], [5])], []);

        Should.Throw<Exception>(() => Compute(network, start, images, episode with { Groups = [.. episode.Groups, outside] }));

        Compute(network, start, images, episode).Values.SequenceEqual(before.Values).ShouldBeTrue();
    }

    [Fact]
    public void ComputeEpisode_BatchStatistics_AreMeanAndBiasedVarianceOfTheFirstConvolution()
    {
        using DisposeScope scope = NewDisposeScope();
        using var network = new Set2ModelNetwork(TestJobs.Small());
        Tensor images = MakeImages();
        ParameterSnapshot start = network.Initialize();
        EpisodeSum leaf = Compute(network, start, images, MakeEpisode(0));
        Tensor weight = torch.tensor(start.Parameters[..(64 * 9)], [64, 1, 3, 3]);
        Tensor activations = nn.functional.conv2d(images, weight, padding: [1, 1]).to_type(ScalarType.Float64);
        double[] means = activations.mean([0, 2, 3]).data<double>().ToArray();
        double[] variances = activations.var([0, 2, 3], unbiased: false).data<double>().ToArray();

        for (int filter = 0; filter < 64; filter++)
        {
            ((double)leaf.Values[network.Parameters.Count + filter]).ShouldBe(means[filter], 1e-5);
            ((double)leaf.Values[network.Parameters.Count + 64 + filter]).ShouldBe(variances[filter], 1e-5);
        }
    }

    [Fact]
    public void Embed_RowsOfPaddedChunk_AreUnitVectorsThatDoNotDependOnTheOthers()
    {
        using var network = new Set2ModelNetwork(TestJobs.Small());
        network.Load(network.Initialize());
        using Tensor images = MakeImages();
        float[] all = new float[Classes * ImagesPerClass * 64];
        float[] padded = new float[all.Length];
        network.Embed(images, all);
        using Tensor half = images.clone();
        half.narrow(0, 20, 20).zero_();

        network.Embed(half, padded);

        padded.AsSpan(0, 20 * 64).SequenceEqual(all.AsSpan(0, 20 * 64)).ShouldBeTrue();
        all[..64].Sum(value => (double)value * value).ShouldBe(1, 1e-6);
    }

    private static EpisodeSum Compute(Set2ModelNetwork network, ParameterSnapshot snapshot, Tensor images, Episode episode)
    {
        network.Load(snapshot);
        return network.ComputeEpisode(images, episode);
    }

    private static Tensor MakeImages()
    {
        var random = new PhiloxRandom(11, 99);
        float[] pixels = [.. Enumerable.Range(0, Classes * ImagesPerClass * 784).Select(_ => (float)random.NextDouble())];
        return torch.tensor(pixels, [Classes * ImagesPerClass, 1, 28, 28]);
    }

    private static Episode MakeEpisode(int index)
    {
        int At(int concept, int position) => (concept * ImagesPerClass) + position;
        EpisodeGroup Group(int shots) => new(
            [.. Enumerable.Range(0, Classes).Select(c => new Concept(new ConceptId(c, 0), [.. Enumerable.Range(0, shots).Select(i => At(c, i))], [At(c, 2), At(c, 3)]))], []);
        return new Episode(
            new EpisodeAddress(7, EpisodePhase.Training, 0, index), [.. Enumerable.Range(0, Classes * ImagesPerClass).Select(i => new PoolImage(i, 0))], [Group(2), Group(1)]);
    }
}
