using S2M.Worker;
using S2M.Worker.Diagnostics;

namespace S2M.Local.Verification;

/// <summary>Checks this machine and this build: the library loads, gradients are right, the same work gives the same bits.</summary>
internal static class SelfTest
{
    /// <summary>Runs every check, in order.</summary>
    /// <param name="report">Is told of each as it ends.</param>
    /// <param name="cancellationToken">Stops at the next check.</param>
    /// <exception cref="WorkerException">libtorch does not load; nothing else can be checked.</exception>
    internal static async Task<IReadOnlyList<Check>> RunAsync(Action<Check> report, CancellationToken cancellationToken)
    {
        var checks = new List<Check>();
        void Add(Check check)
        {
            checks.Add(check);
            report(check);
        }

        TensorLibrary.EnsureLoaded();
        Add(new Check("libtorch loads and adds", 1, 0, 0));
        foreach (Check check in GradientChecks.Run().Concat(MixtureChecks.Run()))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Add(check);
        }

        await using RepeatabilityChecks repeatability = await RepeatabilityChecks.StartAsync();
        Add(await repeatability.GradientAsync(cancellationToken));
        Add(await repeatability.EmbeddingAsync(cancellationToken));
        Add(await repeatability.ResumeAsync(cancellationToken));
        return checks;
    }
}
