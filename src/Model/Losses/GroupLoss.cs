namespace S2M.Model.Losses;

/// <summary>What a loss gives besides the gradient to the scores.</summary>
/// <param name="Loss">The group's loss: the mean over its queries or concepts.</param>
/// <param name="LogTemperatureGradient">dL/dlog T; 0 for losses without a temperature.</param>
/// <param name="FlatHistograms">Concepts whose scores were all alike, so that they gave L = 0.5 and no gradient.</param>
public readonly record struct LossValue(double Loss, double LogTemperatureGradient, int FlatHistograms);

/// <summary>A loss of a group's scores, with its gradient in closed form. Stateless; plain float64 arithmetic in a written order.</summary>
public abstract class GroupLoss
{
    /// <summary>Whether the loss does not change when all scores of a concept go through one increasing affine map.</summary>
    public abstract bool IsAffineInvariant { get; }

    /// <summary>Evaluates loss and gradient.</summary>
    /// <param name="scores">Log-densities of a group.</param>
    /// <param name="temperature">T, greater than 0; without effect where there is none.</param>
    /// <param name="gradient">Receives v = dL/dscores, row-major concepts x queries; overwritten.</param>
    public abstract LossValue Evaluate(GroupScores scores, double temperature, Span<double> gradient);
}
