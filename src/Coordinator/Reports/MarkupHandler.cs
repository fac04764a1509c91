using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace S2M.Coordinator.Reports;

/// <summary>Builds <see cref="Markup"/> from an interpolated text: a page cannot forget to escape a value, since only <see cref="Markup"/> goes in unescaped.</summary>
[InterpolatedStringHandler]
internal readonly struct MarkupHandler
{
    private readonly StringBuilder _text;

    /// <summary>Called by the compiler.</summary>
    public MarkupHandler(int literalLength, int formattedCount) => _text = new StringBuilder(literalLength + (formattedCount * 16));

    /// <summary>The page's own text.</summary>
    public void AppendLiteral(string text) => _text.Append(text);

    /// <summary>HTML.</summary>
    public void AppendFormatted(Markup markup) => _text.Append(markup.Text);

    /// <summary>A text.</summary>
    public void AppendFormatted(string? text) => _text.Append(WebUtility.HtmlEncode(text));

    /// <summary>A number.</summary>
    public void AppendFormatted<T>(T value, string? format = null)
        where T : IFormattable
        => _text.Append(WebUtility.HtmlEncode(value.ToString(format, CultureInfo.InvariantCulture)));

    /// <summary>The HTML.</summary>
    internal string ToText() => _text.ToString();
}
