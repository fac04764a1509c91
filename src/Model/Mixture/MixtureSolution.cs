using S2M.Numerics.Mixtures;

namespace S2M.Model.Mixture;

/// <summary>A fitted mixture and how it came about. K is the number of components that it has.</summary>
public sealed record MixtureSolution
{
    /// <summary>The M-step of <see cref="Responsibilities"/>; a background is left out.</summary>
    public required GaussianMixture Mixture { get; init; }

    /// <summary>g, shape (N, K), row-major, with a background (N, K + 1): a fixed point of E-step after M-step up to <see cref="Residual"/>.</summary>
    public required double[] Responsibilities { get; init; }

    /// <summary>N_j = sum_i g_ij, shape (K), with a background (K + 1).</summary>
    public required double[] Counts { get; init; }

    /// <summary>Responsibilities that EM began with, as many as <see cref="Responsibilities"/>.</summary>
    public required double[] Start { get; init; }

    /// <summary>How the fit ended.</summary>
    public required FitStatus Status { get; init; }

    /// <summary>Components that were asked for.</summary>
    public required int Requested { get; init; }

    /// <summary>Steps of expectation-maximization.</summary>
    public required int Iterations { get; init; }

    /// <summary>Newton steps that were taken.</summary>
    public required int NewtonSteps { get; init; }

    /// <summary>max |g - G(g)|, G an E-step after an M-step.</summary>
    public required double Residual { get; init; }

    /// <summary>Log likelihood of the support set with the logarithms of the priors, constants left out (docs/maths.md, eq. 31).</summary>
    public required double LowerBound { get; init; }

    /// <summary>log p(X), with the background where there is one.</summary>
    public required double LogLikelihood { get; init; }

    /// <summary>The smallest of all variances.</summary>
    public required double SmallestVariance { get; init; }

    /// <summary>Whether there is a background: the last column of <see cref="Responsibilities"/>.</summary>
    public bool HasBackground => Counts.Length > Mixture.Components;

    /// <summary>Whether a background was asked for and took every example, so that the fit was made without.</summary>
    public bool LostBackground { get; init; }

    /// <summary>Whether it is a fixed point, so that the gradient through it is defined.</summary>
    public bool IsStationary => Residual <= MixtureFit.Tolerance;

    /// <summary>The regularizer that this fit had: without a background where it was left out.</summary>
    /// <param name="asked">The one that was asked for.</param>
    internal MixtureRegularizer Applied(MixtureRegularizer asked) => asked with { HasBackground = HasBackground };

    /// <summary>What a user can do about the status; empty where nothing needs to be done.</summary>
    public string Advice => Status switch
    {
        FitStatus.Converged => string.Empty,
        FitStatus.IterationLimit => $"after {Iterations} steps the responsibilities still move by {Residual:G2}; use fewer components or a larger variance offset",
        FitStatus.Collapsed when LostBackground
            => "the background took every example and was left out; use a smaller variance offset, smaller prior variance, or no background",
        FitStatus.Collapsed => $"a component lost its examples and {Mixture.Components} of {Requested} are left; use fewer components or more examples",
        _ => $"{Start.Length / Counts.Length} examples are enough for {Mixture.Components} components, {Requested} were asked for; give three examples for each",
    };
}
