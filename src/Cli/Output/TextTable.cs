using Spectre.Console;

namespace S2M.Cli.Output;

/// <summary>Tables of plain text.</summary>
internal static class TextTable
{
    private const int Widest = 400;

    /// <summary>Writes a table; where there is no row, a line that says so.</summary>
    /// <param name="console">Where.</param>
    /// <param name="empty">What to say of no rows.</param>
    /// <param name="columns">The names of the columns.</param>
    /// <param name="rows">A text for each column.</param>
    internal static void Write(IAnsiConsole console, string empty, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string?>> rows)
    {
        Table table = new Table().Border(TableBorder.Horizontal);
        foreach (string column in columns)
        {
            // An identifier that is broken over two lines cannot be copied.
            table.AddColumn(new TableColumn(Markup.Escape(column)).NoWrap());
        }

        foreach (IReadOnlyList<string?> row in rows)
        {
            table.AddRow([.. row.Select(text => Markup.Escape(text ?? string.Empty))]);
        }

        if (table.Rows.Count == 0)
        {
            console.Profile.Out.Writer.WriteLine(empty);
            return;
        }

        // A program, or a narrow terminal, gets whole rows too.
        int width = console.Profile.Width;
        console.Profile.Width = Math.Max(width, Widest);
        console.Write(table);
        console.Profile.Width = width;
    }

    /// <summary>Writes a line for each fact that is known: its name, then its text, never broken.</summary>
    internal static void Facts(IAnsiConsole console, params IEnumerable<(string Name, string? Text)> facts)
    {
        foreach ((string name, string? text) in facts.Where(fact => !string.IsNullOrEmpty(fact.Text)))
        {
            console.Profile.Out.Writer.WriteLine($"{name,-12} {text}");
        }
    }
}
