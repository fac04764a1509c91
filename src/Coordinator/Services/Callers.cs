namespace S2M.Coordinator.Services;

/// <summary>What every mutating request says of its caller, and the rules for it.</summary>
internal static class Callers
{
    /// <summary>The longest name of a namespace, an actor, a label.</summary>
    internal const int LongestName = 64;

    /// <summary>The longest free text.</summary>
    internal const int LongestText = 1000;

    /// <summary>The namespace, or its default.</summary>
    internal static string Namespace(string ns) => ns.Length > 0 ? ns : "default";

    /// <summary>The actor, or its default.</summary>
    internal static string Actor(string actor) => actor.Length > 0 ? actor : "local";

    /// <summary>Whether a text is 1 to 64 letters, digits, '-', '_', '.'.</summary>
    internal static bool IsName(string text) => text.Length is > 0 and <= LongestName && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');

    /// <summary>Checks request and actor.</summary>
    internal static void Require(Violations bad, string requestId, string actor)
    {
        bad.RequireRequestId(requestId);
        bad.RequireActor(actor);
    }

    /// <summary>Checks a free text.</summary>
    internal static void RequireText(Violations bad, string field, string text)
        => bad.Require(
            text.Length <= LongestText && !text.Any(char.IsControl), field, $"expected at most {LongestText} characters on one line, got {text.Length}; shorten it");

    /// <summary>Checks a namespace.</summary>
    internal static void RequireNamespace(Violations bad, string ns)
        => bad.Require(
            ns.Length == 0 || IsName(ns), "namespace", $"expected 1 to {LongestName} letters, digits, '-', '_' or '.', got '{Violations.Shown(ns)}'; correct it or leave it out");
}
