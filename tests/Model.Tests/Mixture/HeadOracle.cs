// Shapes: P images of the pool, Q queries, D descriptor size, R bins.
using S2M.Data.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace S2M.Model.Tests.Mixture;

/// <summary>What a head gives, and its gradients.</summary>
internal sealed record HeadGradients(double Loss, double[] Raw, double LogOffset, double LogTemperature);

/// <summary>The equations of l2 normalisation, fit, density and losses written once more, with a graph: float64 under automatic differentiation.</summary>
internal static class HeadOracle
{
    /// <summary>Loss and gradients by automatic differentiation.</summary>
    /// <param name="raw">Raw descriptors, P x D.</param>
    /// <param name="size">D.</param>
    /// <param name="group">Index lists into the pool.</param>
    /// <param name="offset">eps, or null for variances of 1.</param>
    /// <param name="temperature">T.</param>
    /// <param name="loss">A concept's log-densities at all queries of the group (C, Q), and T, to the loss.</param>
    internal static HeadGradients Differentiate(double[] raw, int size, EpisodeGroup group, double? offset, double temperature, Func<Tensor, Tensor, Tensor> loss)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor raw_PD = torch.tensor(raw, [raw.Length / size, size], ScalarType.Float64, requires_grad: true);
        Tensor logOffset = torch.tensor(Math.Log(offset ?? 1), ScalarType.Float64, requires_grad: true);
        Tensor logTemperature = torch.tensor(Math.Log(temperature), ScalarType.Float64, requires_grad: true);
        Tensor pool_PD = raw_PD / raw_PD.pow(2).sum(1, keepdim: true).sqrt();
        Tensor queries_QD = Rows(pool_PD, Queries(group));
        Tensor scores_CQ = stack([.. group.Concepts.Select(concept =>
        {
            Tensor support_ND = Rows(pool_PD, concept.Support);
            Tensor mean_D = support_ND.mean([0]);
            Tensor variance_D = offset is null ? ones_like(mean_D) : (support_ND - mean_D).pow(2).mean([0]) + logOffset.exp();
            return (((queries_QD - mean_D).pow(2) / variance_D) + variance_D.log() + Math.Log(2 * Math.PI)).sum(1) * -0.5;
        })]);
        Tensor value = loss(scores_CQ, logTemperature.exp());
        value.backward();
        return new HeadGradients(value.item<double>(), raw_PD.grad!.data<double>().ToArray(), Scalar(logOffset), Scalar(logTemperature));
    }

    /// <summary>Cross-entropy over the concepts, over the queries that have one.</summary>
    internal static Func<Tensor, Tensor, Tensor> NWay(EpisodeGroup group)
    {
        long[] owners = [.. group.Concepts.SelectMany((concept, index) => concept.Positives.Select(_ => (long)index))];
        return (scores_CQ, temperature) => nn.functional.cross_entropy(scores_CQ.narrow(1, 0, owners.Length).t() / temperature, torch.tensor(owners));
    }

    /// <summary>The linear soft histograms over [lo, hi]; a tie within a bin costs <paramref name="tieCost"/>.</summary>
    internal static Func<Tensor, Tensor, Tensor> Linear(EpisodeGroup group, int bins, double tieCost) => (scores_CQ, _) => MeanOverConcepts(group, scores_CQ, (scores_Q, isPositive_Q) =>
    {
        Tensor low = scores_Q.min();
        Tensor position_Q = (scores_Q - low) * (bins - 1) / (scores_Q.max() - low);
        Tensor node_Q = position_Q.detach().floor().clamp_max(bins - 2);
        Tensor fraction_Q = position_Q - node_Q;
        Tensor shares_QR = (OneHot(node_Q, bins) * (1 - fraction_Q).unsqueeze(1)) + (OneHot(node_Q + 1, bins) * fraction_Q.unsqueeze(1));
        Tensor positive_R = isPositive_Q.matmul(shares_QR) / isPositive_Q.sum();
        Tensor negative_R = (1 - isPositive_Q).matmul(shares_QR) / (1 - isPositive_Q).sum();
        Tensor above_R = negative_R.sum() - negative_R.cumsum(0);
        return (positive_R * (above_R + (tieCost * negative_R))).sum();
    });

    /// <summary>The layer as released: range widened by 1e-6, triangles of width 4 w + 1e-6, counts not divided, scaled by 5e-5.</summary>
    internal static Func<Tensor, Tensor, Tensor> Published(EpisodeGroup group, int bins) => (scores_CQ, _) => MeanOverConcepts(group, scores_CQ, (scores_Q, isPositive_Q) =>
    {
        const double margin = 1e-6;
        Tensor start = scores_Q.min() - margin;
        Tensor range = scores_Q.max() + margin - start;
        Tensor width = (range / bins) + margin;
        Tensor centers_R = start + (arange(bins, ScalarType.Float64) * range / bins) + (width / 2);
        Tensor shares_QR = (1 - (2 * (scores_Q.unsqueeze(1) - centers_R).abs() / ((4 * width) + margin))).clamp_min(0);
        Tensor below_R = isPositive_Q.matmul(shares_QR).cumsum(0);
        return ((1 - isPositive_Q).matmul(shares_QR) * below_R).sum() * 5e-5;
    });

    /// <summary>Positives concept by concept, then distractors.</summary>
    private static List<int> Queries(EpisodeGroup group) => [.. group.Concepts.SelectMany(concept => concept.Positives), .. group.Distractors];

    private static Tensor MeanOverConcepts(EpisodeGroup group, Tensor scores_CQ, Func<Tensor, Tensor, Tensor> ofConcept)
    {
        int[] owners = [.. group.Concepts.SelectMany((concept, index) => concept.Positives.Select(_ => index)), .. group.Distractors.Select(_ => -1)];
        return stack([.. group.Concepts.Select((_, index) => ofConcept(
            scores_CQ[index], torch.tensor(owners.Select(owner => owner == index ? 1.0 : 0.0).ToArray(), ScalarType.Float64)))]).mean();
    }

    private static Tensor OneHot(Tensor node_Q, int bins) => node_Q.unsqueeze(1).eq(arange(bins, ScalarType.Float64)).to_type(ScalarType.Float64);

    private static Tensor Rows(Tensor pool_PD, IReadOnlyList<int> rows) => pool_PD.index_select(0, torch.tensor(rows.Select(row => (long)row).ToArray()));

    private static double Scalar(Tensor parameter) => parameter.grad is { } gradient ? gradient.item<double>() : 0;
}
