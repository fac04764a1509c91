namespace S2M.Data.Images.Containers;

/// <summary>What a path inside a container may look like.</summary>
internal static class EntryPath
{
    private const int LongestShown = 200;

    /// <summary>Refuses every path that is not plain and relative: such a path could name a file outside the container.</summary>
    /// <param name="container">Where the path comes from, for the message.</param>
    /// <param name="path">The path, segments separated by <c>/</c>.</param>
    /// <exception cref="DataException">The path is absolute, climbs, names a drive, or holds a backslash, a control character or an empty segment.</exception>
    public static void Check(string container, string path)
    {
        string? fault = Fault(path);
        if (fault is not null)
        {
            throw new DataException(
                $"{container}: expected plain relative paths with '/' between segments, got '{Shown(path)}' ({fault}); pack the folder again without such entries");
        }
    }

    /// <summary>Whether a path is that of an image: PNG or JPEG by its extension, not hidden, not a resource fork.</summary>
    /// <param name="path">A checked path.</param>
    public static bool IsImage(string path)
    {
        bool known = path.EndsWith(".png", StringComparison.OrdinalIgnoreCase)
            || path.EndsWith(".jpg", StringComparison.OrdinalIgnoreCase)
            || path.EndsWith(".jpeg", StringComparison.OrdinalIgnoreCase);
        return known && !path.Split('/').Any(static segment => segment.StartsWith('.') || segment is "__MACOSX");
    }

    /// <summary>A path or other text of unknown origin for a message: without control characters, and not longer than a reader wants it.</summary>
    /// <param name="text">Any text.</param>
    public static string Shown(string text)
    {
        int cut = text.Length > LongestShown && char.IsHighSurrogate(text[LongestShown - 1]) ? LongestShown - 1 : LongestShown;
        string start = text.Length > LongestShown ? text[..cut] + "..." : text;
        return string.Concat(start.Select(static letter => char.IsControl(letter) ? '?' : letter));
    }

    private static string? Fault(string path)
    {
        if (path.Length == 0)
        {
            return "empty";
        }

        if (path[0] == '/')
        {
            return "absolute";
        }

        if (path.Contains('\\', StringComparison.Ordinal))
        {
            return "backslash";
        }

        if (path.Length > 1 && path[1] == ':')
        {
            return "drive letter";
        }

        if (path.Any(char.IsControl))
        {
            return "control character";
        }

        string[] segments = path.Split('/');
        if (segments.Contains("..") || segments.Contains("."))
        {
            return "relative segment";
        }

        return segments.Contains(string.Empty) ? "empty segment" : null;
    }
}
