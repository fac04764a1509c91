using k8s.Models;
using S2M.Deployment.Tests.Rendering;

namespace S2M.Deployment.Tests.Rules;

/// <summary>References to what is not there.</summary>
/// <param name="renders">The renders.</param>
public sealed class ReferenceRuleTests(Renders renders)
{
    [Fact]
    public void Breaches_ConfigMapThatIsNotThere_IsNamed()
        => Breaches(pod => pod.Containers[0].EnvFrom[0].ConfigMapRef.Name = "s2m-coordinator")
            .ShouldBe(["s2m-coordinator: expected 's2m-coordinator' in the render and in namespace s2m, got none"]);

    [Fact]
    public void Breaches_ClaimThatIsNotThere_IsNamed()
        => Breaches(pod => pod.Volumes.Single(volume => volume.Name == "state").PersistentVolumeClaim.ClaimName = "state")
            .ShouldBe(["s2m-coordinator: expected 'state' in the render and in namespace s2m, got none"]);

    [Fact]
    public void Breaches_NoServiceAccount_IsNamed()
        => Breaches(pod => pod.ServiceAccountName = null).ShouldBe(["s2m-coordinator: expected 'a service account' in the render and in namespace s2m, got none"]);

    [Fact]
    public void Breaches_KeyOfASecretThatTheUserIsNotToldOf_IsNamed()
        => Breaches(pod => pod.Containers[0].Env.Single(variable => variable.Name == "S2M_TOKEN").ValueFrom.SecretKeyRef.Key = "tokens")
            .ShouldBe(["s2m-coordinator: expected a Secret that the user is told to make, got 's2m-token/tokens'"]);

    [Fact]
    public void UsersSecrets_ThePageOnTheManifests_TellsOfEach()
    {
        string page = File.ReadAllText(Path.Combine(Renders.Root, "README.md"));

        ReferenceRule.UsersSecrets.SelectMany(secret => secret.Split('/')).ShouldAllBe(word => page.Contains(word));
    }

    private string[] Breaches(Action<V1PodSpec> change)
        => renders.Breaches(new ReferenceRule(), manifest => change(manifest.Get<V1Deployment>("s2m-coordinator").Spec.Template.Spec));
}
