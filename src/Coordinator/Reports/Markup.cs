namespace S2M.Coordinator.Reports;

/// <summary>Text that is HTML already. Everything else that goes into a page is escaped on its way (<see cref="MarkupHandler"/>).</summary>
/// <param name="Text">The HTML.</param>
internal readonly record struct Markup(string Text)
{
    /// <summary>Nothing.</summary>
    internal static Markup Empty { get; } = new(string.Empty);

    /// <summary>An interpolated text as HTML: what stands between the holes is taken as it is, what comes into the holes is escaped.</summary>
    internal static Markup Of(ref MarkupHandler text) => new(text.ToText());

    /// <summary>Several, one after the other.</summary>
    internal static Markup Join(IEnumerable<Markup> parts) => new(string.Concat(parts.Select(part => part.Text)));

    /// <inheritdoc/>
    public override string ToString() => Text;
}
