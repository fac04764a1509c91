namespace S2M.Cli.Output;

/// <summary>One line that is rewritten on a terminal, a new line every few seconds elsewhere; other lines go above it. Not safe for concurrent use.</summary>
/// <param name="output">Where lines go.</param>
/// <param name="interactive">Whether a line can be rewritten.</param>
/// <param name="width">Columns of the terminal: a line that wraps could not be rewritten.</param>
/// <param name="time">Measures the pauses.</param>
internal sealed class StatusLine(TextWriter output, bool interactive, int width, TimeProvider time)
{
    private const int BarWidth = 10;
    private const int LogWidth = 80;

    // Wipes what a longer text left to the right.
    private const string EraseToEnd = "\u001b[K";
    private static readonly TimeSpan TerminalInterval = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private long _shown = time.GetTimestamp();
    private bool _open;

    /// <summary>The line of this process, on its error stream.</summary>
    // Some terminals do not know their width and say 0.
    internal static StatusLine OfErrors(TimeProvider time)
        => new(Console.Error, !Console.IsErrorRedirected, !Console.IsErrorRedirected && Console.WindowWidth > 0 ? Console.WindowWidth : LogWidth, time);

    /// <summary>A bar of text.</summary>
    internal static string Bar(long done, long total)
    {
        int filled = total > 0 ? (int)Math.Clamp(done * BarWidth / total, 0, BarWidth) : 0;
        return $"[{new string('#', filled)}{new string('-', BarWidth - filled)}]";
    }

    /// <summary>Shows how far something came, if it is time to.</summary>
    /// <param name="text">One line.</param>
    /// <param name="always">Whether to show it however little time passed.</param>
    internal void Progress(Func<string> text, bool always = false)
    {
        if (!always && time.GetElapsedTime(_shown) < (interactive ? TerminalInterval : LogInterval))
        {
            return;
        }

        _shown = time.GetTimestamp();
        string line = text();
        if (interactive)
        {
            output.Write($"\r{(line.Length < width ? line : line[..(width - 1)])}{EraseToEnd}");
            _open = true;
        }
        else
        {
            output.WriteLine(line);
        }
    }

    /// <summary>Writes a line that stays.</summary>
    internal void Line(string text)
    {
        output.WriteLine(_open ? $"\r{text}{EraseToEnd}" : text);
        _open = false;
    }

    /// <summary>Ends the line that is rewritten.</summary>
    internal void Close()
    {
        if (_open)
        {
            output.WriteLine();
            _open = false;
        }
    }
}
