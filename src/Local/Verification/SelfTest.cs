using S2M.Worker;
using S2M.Worker.Diagnostics;

namespace S2M.Local.Verification;

/// <summary>Checks this machine and this build: the library loads, gradients are right, the same work gives the same bits.</summary>
internal static class SelfTest
{
    private const string Library = "libtorch";
    private const string Gradient = "gradient";
    private const string Mixture = "mixture";
    private const string Repeat = "repeat";
    private const string Resume = "resume";

    /// <summary>The kinds of checks, in the order in which they run: the first word of their names.</summary>
    internal static IReadOnlyList<string> Kinds { get; } = [Library, Gradient, Mixture, Repeat, Resume];

    /// <summary>Runs the checks, in order.</summary>
    /// <param name="only">One of <see cref="Kinds"/>; null for every check.</param>
    /// <param name="report">Is told of each as it ends.</param>
    /// <param name="cancellationToken">Stops at the next check.</param>
    /// <exception cref="WorkerException">libtorch does not load; nothing else can be checked.</exception>
    internal static async Task<IReadOnlyList<Check>> RunAsync(string? only, Action<Check> report, CancellationToken cancellationToken)
    {
        var checks = new List<Check>();
        void Add(Check check)
        {
            checks.Add(check);
            report(check);
        }

        TensorLibrary.EnsureLoaded();
        if (Wants(Library))
        {
            Add(new Check("libtorch loads and adds", 1, 0, 0));
        }

        foreach (Check check in (Wants(Gradient) ? GradientChecks.Run() : []).Concat(Wants(Mixture) ? MixtureChecks.Run() : []))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Add(check);
        }

        if (!Wants(Repeat) && !Wants(Resume))
        {
            return checks;
        }

        await using RepeatabilityChecks repeatability = await RepeatabilityChecks.StartAsync();
        if (Wants(Repeat))
        {
            Add(await repeatability.GradientAsync(cancellationToken));
            Add(await repeatability.EmbeddingAsync(cancellationToken));
        }

        if (Wants(Resume))
        {
            Add(await repeatability.ResumeAsync(cancellationToken));
        }

        return checks;

        bool Wants(string kind) => only is null || only == kind;
    }
}
