using S2M.Deployment.Tests.Rendering;

namespace S2M.Deployment.Tests.Rules;

/// <summary>Nobody is killed while it still ends cleanly: a pod's grace is longer than its host's own limit.</summary>
internal sealed class GraceRule : IManifestRule
{
    // The cluster's own, where a template says nothing.
    private const long Default = 30;

    /// <inheritdoc/>
    public IEnumerable<string> Breaches(Manifest manifest)
    {
        foreach (ProgramContainer program in manifest.Programs.Where(program => program.Serves))
        {
            long grace = program.Pod.Spec.TerminationGracePeriodSeconds ?? Default;
            TimeSpan needed = Hosts.ShutdownTimeout(program.IsCoordinator);
            if (grace <= needed.TotalSeconds)
            {
                yield return $"{program.Where}: expected a grace of more than {needed.TotalSeconds} s, which its host may take to end, got {grace} s";
            }
        }
    }
}
