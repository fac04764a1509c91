using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using S2M.Coordinator.Hosting;
using S2M.Deployment.Tests.Rendering;

namespace S2M.Deployment.Tests.Rules;

/// <summary>
/// Every variable <c>S2M_*</c> is a setting of the program that gets it, with a value that the program takes: the real host is built with them and checks itself
/// as at its start.
/// </summary>
internal sealed class SettingRule : IManifestRule
{
    private const string Prefix = "S2M_";
    private const string Token = "S2M_TOKEN";

    // Sections and their properties, as the coordinator's options have them.
    private static readonly HashSet<string> Known = [.. typeof(CoordinatorHost).Assembly.GetTypes()
        .Select(type => (Type: type, Section: type.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue()))
        .Where(options => options.Section is not null)
        .SelectMany(options => options.Type.GetProperties().Where(property => property.CanWrite).Select(property => $"{options.Section}:{property.Name}"))];

    /// <inheritdoc/>
    public IEnumerable<string> Breaches(Manifest manifest)
    {
        foreach (Pod pod in manifest.Pods)
        {
            foreach (string name in pod.Containers.Where(container => ProgramContainer.Of(manifest, pod, container) is null)
                .SelectMany(container => container.Env ?? []).Select(variable => variable.Name).Where(IsOurs))
            {
                yield return $"{pod.Owner}: expected {name} at a program of ours alone";
            }
        }

        foreach (string breach in manifest.Programs.SelectMany(Breaches))
        {
            yield return breach;
        }
    }

    private static bool IsOurs(string name) => name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> Breaches(ProgramContainer program)
    {
        Dictionary<string, string?> settings = program.Variables.Where(variable => IsOurs(variable.Key) && variable.Key != Token)
            .ToDictionary(variable => variable.Key[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal), variable => (string?)variable.Value, StringComparer.Ordinal);
        string[] unknown = [.. settings.Keys.Where(name => !program.IsCoordinator || !Known.Contains(name))];
        foreach (string name in unknown)
        {
            yield return $"{program.Where}: expected a setting of the program, got '{name}'";
        }

        if (program.IsCoordinator && unknown.Length == 0 && Refusal(settings) is { } refusal)
        {
            yield return $"{program.Where}: {refusal}";
        }
    }

    private static string? Refusal(Dictionary<string, string?> settings)
    {
        try
        {
            using IHost host = Hosts.Coordinator(settings);
            host.Services.GetRequiredService<IStartupValidator>().Validate();
            return null;
        }
        catch (Exception problem) when (problem is OptionsValidationException or InvalidOperationException or AggregateException)
        {
            return problem.Message;
        }
    }
}
