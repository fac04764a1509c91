namespace S2M.Coordinator.Services;

/// <summary>What requests say of their caller and of what they are about, and the rules for it.</summary>
internal static class Callers
{
    private const int LongestText = 1000;
    private const int MostLabels = 32;

    /// <summary>The namespace, or its default.</summary>
    internal static string Namespace(string ns) => ns.Length > 0 ? ns : "default";

    /// <summary>The actor, or its default.</summary>
    internal static string Actor(string actor) => actor.Length > 0 ? actor : "local";

    /// <summary>Checks what every call that changes something carries.</summary>
    internal static Violations RequireCaller(this Violations bad, string requestId, string actor) => bad.RequireRequestId(requestId).RequireActor(actor);

    /// <summary>Checks a name.</summary>
    internal static Violations RequireName(this Violations bad, string field, string name)
        => bad.Require(Names.IsName(name), field, $"expected {Names.Rule}, got '{Violations.Shown(name)}'; correct it");

    /// <summary>Checks a namespace; none is the default one.</summary>
    internal static Violations RequireNamespace(this Violations bad, string ns)
        => bad.Require(ns.Length == 0 || Names.IsName(ns), "namespace", $"expected {Names.Rule}, got '{Violations.Shown(ns)}'; correct it or leave it out");

    /// <summary>Checks a free text.</summary>
    internal static Violations RequireText(this Violations bad, string field, string text)
        => bad.Require(
            text.Length <= LongestText && !text.Any(char.IsControl), field, $"expected at most {LongestText} characters on one line, got {text.Length}; shorten it");

    /// <summary>Checks labels.</summary>
    internal static Violations RequireLabels(this Violations bad, IEnumerable<KeyValuePair<string, string>> labels)
    {
        int count = 0;
        foreach ((string key, string value) in labels)
        {
            count++;
            bad.Require(
                Names.IsName(key) && value.Length <= Names.Longest && !value.Any(char.IsControl),
                $"labels[{Violations.Shown(key)}]",
                $"expected a name ({Names.Rule}) and a value of at most {Names.Longest} characters, got '{Violations.Shown(value)}'; correct it");
        }

        return bad.Require(count <= MostLabels, "labels", $"expected at most {MostLabels}, got {count}; leave some out");
    }
}
