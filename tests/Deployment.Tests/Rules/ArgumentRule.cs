using System.CommandLine;
using System.Net;
using S2M.Deployment.Tests.Rendering;

namespace S2M.Deployment.Tests.Rules;

/// <summary>Our programs are started by their images' own entry, with arguments that they take, and listen on the ports that their containers name.</summary>
internal sealed class ArgumentRule : IManifestRule
{
    /// <inheritdoc/>
    public IEnumerable<string> Breaches(Manifest manifest) => manifest.Programs.SelectMany(Breaches);

    private static IEnumerable<string> Breaches(ProgramContainer program)
    {
        if (program.Container.Command is { Count: > 0 } command)
        {
            yield return $"{program.Where}: expected the image's own command, got '{string.Join(' ', command)}'";
        }

        foreach (string argument in program.Arguments.Where(argument => argument.Contains("$(", StringComparison.Ordinal)))
        {
            yield return $"{program.Where}: expected variables of the container, got '{argument}'";
        }

        ParseResult parsed = program.Parse();
        foreach (string error in parsed.Errors.Select(error => error.Message))
        {
            yield return $"{program.Where}: {error}";
        }

        if (parsed.Errors.Count > 0 || !program.Serves)
        {
            yield break;
        }

        foreach ((string name, int? port) in Ports(program, parsed))
        {
            int? named = program.Container.Ports?.FirstOrDefault(own => own.Name == name)?.ContainerPort;
            if (port != named)
            {
                yield return $"{program.Where}: expected port {name} where the program listens, {port?.ToString() ?? "nowhere"}, got {named?.ToString() ?? "none"}";
            }
        }
    }

    private static IEnumerable<(string Name, int? Port)> Ports(ProgramContainer program, ParseResult parsed)
    {
        yield return ("grpc", IPEndPoint.Parse(parsed.GetValue<string>("--listen")!).Port);
        if (program.IsCoordinator)
        {
            yield return ("metrics", parsed.GetValue<int?>("--metrics-port"));
            yield return ("silo", parsed.GetValue<int?>("--silo-port"));
        }
        else
        {
            yield return ("metrics", parsed.GetValue<string?>("--metrics-port") is { } port ? int.Parse(port) : null);
        }
    }
}
