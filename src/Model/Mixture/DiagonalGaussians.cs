// Shapes: C concepts, S support rows of all concepts, Q queries, D descriptor size.
using S2M.Model.Embedding;
using static TorchSharp.torch;

namespace S2M.Model.Mixture;

/// <summary>
/// One diagonal Gaussian per concept: the mixture with one component, whose fit is closed form, its log-density and the gradient through
/// both (docs/maths.md). Everything float64, on the CPU, without a graph. With <c>varianceOffset</c> null the variances are 1: nearest class mean.
/// </summary>
internal sealed class DiagonalGaussians
{
    private readonly GroupTensors _group;
    private readonly bool _fitsVariances;
    private readonly double _varianceOffset;
    private readonly Tensor _deviations_SD;
    private readonly Tensor _means_CD;
    private readonly Tensor _precisions_CD;
    private readonly Tensor _logDeterminants_C1;

    /// <summary>Fits every concept of the group; tensors belong to the dispose scope that is open.</summary>
    /// <param name="pool_PD">Normalised descriptors of the pool, float64.</param>
    /// <param name="group">Index lists.</param>
    /// <param name="varianceOffset">eps, added to the variances, greater than 0; null for variances of 1.</param>
    internal DiagonalGaussians(Tensor pool_PD, GroupTensors group, double? varianceOffset)
    {
        _group = group;
        _fitsVariances = varianceOffset is not null;
        _varianceOffset = varianceOffset ?? 0;
        Tensor support_SD = pool_PD.index_select(0, group.SupportRows_S);
        _means_CD = group.Averaging_CS.mm(support_SD);
        _deviations_SD = support_SD.sub(_means_CD.index_select(0, group.SupportOwners_S));
        Tensor variances_CD = _fitsVariances
            ? group.Averaging_CS.mm(_deviations_SD.mul(_deviations_SD)).add_(TensorMemory.Copy([_varianceOffset]), Held.One)
            : ones_like(_means_CD);
        _precisions_CD = variances_CD.reciprocal();
        _logDeterminants_C1 = variances_CD.log().sum(1L, keepdim: true);
    }

    /// <summary>Log-densities of the queries under every concept, from differences (never from expanded squares).</summary>
    /// <param name="queries_QD">Normalised descriptors, float64.</param>
    /// <returns>Log-densities, shape (C, Q), and the squared differences, shape (C, Q, D), that <see cref="Backward"/> takes.</returns>
    internal (Tensor LogDensities_CQ, Tensor Squares_CQD) Score(Tensor queries_QD)
    {
        Tensor differences_CQD = queries_QD.unsqueeze(0).sub(_means_CD.unsqueeze(1));
        Tensor squares_CQD = differences_CQD.mul_(differences_CQD);
        Tensor distances_CQ = squares_CQD.bmm(_precisions_CD.unsqueeze(2)).squeeze(2);
        Tensor constant = TensorMemory.Copy([queries_QD.shape[1] * LogTwoPi]);
        Tensor logDensities_CQ = distances_CQ.add_(_logDeterminants_C1, Held.One).add_(constant, Held.One).mul_(Held.MinusHalf);
        return (logDensities_CQ, squares_CQD);
    }

    /// <summary>Adds dL/ddescriptors of the group to the pool's gradient.</summary>
    /// <param name="cotangents_CQ">v = dL/dlog-densities, float64.</param>
    /// <param name="queries_QD">The queries that were scored.</param>
    /// <param name="squares_CQD">From <see cref="Score"/>.</param>
    /// <param name="gradient_PD">The pool's gradient, added to in place: queries first, then support rows.</param>
    /// <returns>dL/dlog eps; 0 where variances are not fitted.</returns>
    internal double Backward(Tensor cotangents_CQ, Tensor queries_QD, Tensor squares_CQD, Tensor gradient_PD)
    {
        Tensor total_C1 = cotangents_CQ.sum(1L, keepdim: true);
        Tensor scaledMeans_CD = _means_CD.mul(_precisions_CD);
        Tensor transposed_QC = cotangents_CQ.t();
        Tensor queryGradient_QD = transposed_QC.mm(scaledMeans_CD).sub(queries_QD.mul(transposed_QC.mm(_precisions_CD)));
        gradient_PD.index_add_(0, _group.QueryRows_Q, queryGradient_QD, Held.One);

        Tensor meanGradient_CD = cotangents_CQ.mm(queries_QD).sub(_means_CD.mul(total_C1)).mul_(_precisions_CD);
        Tensor spread_SC = _group.Averaging_CS.t();
        Tensor supportGradient_SD = spread_SC.mm(meanGradient_CD);
        double offsetGradient = 0;
        if (_fitsVariances)
        {
            Tensor moments_CD = cotangents_CQ.unsqueeze(1).bmm(squares_CQD).squeeze(1);

            // Twice the gradient to the variances: the halves of eq. 20 and the two of d(x - mu)^2 cancel.
            Tensor twice_CD = moments_CD.mul_(_precisions_CD).sub(total_C1).mul_(_precisions_CD);
            supportGradient_SD.add_(_deviations_SD.mul(spread_SC.mm(twice_CD)), Held.One);
            using Tensor sum = twice_CD.sum();
            offsetGradient = TensorMemory.Elements<double>(sum)[0] / 2 * _varianceOffset;
        }

        gradient_PD.index_add_(0, _group.SupportRows_S, supportGradient_SD, Held.One);
        return offsetGradient;
    }

    /// <summary>log(2 pi).</summary>
    private const double LogTwoPi = 1.8378770664093454836;
}
