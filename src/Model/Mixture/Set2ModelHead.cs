// Shapes: P images of the pool, C concepts, Q queries, D descriptor size.
using S2M.Data.Sampling;
using S2M.Model.Embedding;
using S2M.Model.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace S2M.Model.Mixture;

/// <summary>Fit, scores, loss and their gradient for one group, in closed form: float64, CPU, no graph (docs/decisions/0003).</summary>
public static class Set2ModelHead
{
    /// <summary>Fits the concepts, scores the queries, and adds the loss' gradient to the pool's.</summary>
    /// <param name="pool_PD">Normalised descriptors, shape (P, D), float64.</param>
    /// <param name="group">Index lists into the pool.</param>
    /// <param name="varianceOffset">eps, greater than 0; null for nearest class mean.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="temperature">T, greater than 0.</param>
    /// <param name="gradient_PD">dL/ddescriptors, shape (P, D), float64; added to.</param>
    public static GroupGradient AddGradient(Tensor pool_PD, EpisodeGroup group, double? varianceOffset, GroupLoss loss, double temperature, Tensor gradient_PD)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable _ = no_grad();
        var tensors = new GroupTensors(group);
        var gaussians = new DiagonalGaussians(pool_PD, tensors, varianceOffset);
        Tensor queries_QD = pool_PD.index_select(0, tensors.QueryRows_Q);
        (Tensor scores_CQ, Tensor squares_CQD) = gaussians.Score(queries_QD);

        var scores = new GroupScores(TensorMemory.Elements<double>(scores_CQ), tensors.Concepts, tensors.QueryOwners);
        Tensor cotangents_CQ = empty_like(scores_CQ);
        LossValue value = loss.Evaluate(scores, temperature, TensorMemory.Elements<double>(cotangents_CQ));
        double logOffset = gaussians.Backward(cotangents_CQ, queries_QD, squares_CQD, gradient_PD);

        // With one example eps only scales and shifts the scores: an invariant loss does not depend on it, and rounding is no gradient.
        bool withoutOffset = loss.IsAffineInvariant && group.Concepts.All(concept => concept.Support.Count == 1);
        return new GroupGradient(
            value.Loss, scores.CountHits(), scores.Queries - group.Distractors.Count, withoutOffset ? 0 : logOffset, value.LogTemperatureGradient, value.FlatHistograms);
    }
}
