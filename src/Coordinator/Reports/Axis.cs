namespace S2M.Coordinator.Reports;

#pragma warning disable RS0030 // Logarithms of a picture: nothing of it reaches parameters.
/// <summary>Maps values to a picture's coordinates, with ticks at round numbers.</summary>
internal sealed class Axis
{
    private const double LogarithmicFrom = 20;
    private readonly double _low;
    private readonly double _high;
    private readonly double _start;
    private readonly double _end;

    private Axis(double low, double high, double start, double end, bool logarithmic, IReadOnlyList<double> ticks)
    {
        _low = low;
        _high = high;
        _start = start;
        _end = end;
        IsLogarithmic = logarithmic;
        Ticks = ticks;
    }

    /// <summary>Whether equal distances are equal ratios.</summary>
    internal bool IsLogarithmic { get; }

    /// <summary>Round numbers within the range, ascending.</summary>
    internal IReadOnlyList<double> Ticks { get; }

    /// <summary>An axis whose ends are round.</summary>
    /// <param name="low">The least value.</param>
    /// <param name="high">The greatest value, at least <paramref name="low"/>.</param>
    /// <param name="start">The coordinate of the least value.</param>
    /// <param name="end">The coordinate of the greatest value.</param>
    /// <param name="count">About how many ticks.</param>
    internal static Axis Linear(double low, double high, double start, double end, int count = 5)
    {
        double span = high > low ? high - low : Math.Max(1e-9, Math.Abs(high));
        double step = RoundStep(span / count);
        double first = Math.Floor((low / step) + 1e-9) * step;
        double last = Math.Max(first + step, Math.Ceiling((high / step) - 1e-9) * step);
        return new Axis(first, last, start, end, logarithmic: false, [.. Enumerable.Range(0, (int)Math.Round((last - first) / step) + 1).Select(index => first + (index * step))]);
    }

    /// <summary>Logarithmic where the values are positive and span more than a decade, else linear.</summary>
    internal static Axis Fitting(double low, double high, double start, double end)
    {
        if (low <= 0 || high / low < LogarithmicFrom)
        {
            return Linear(low, high, start, end);
        }

        double[] ticks = [.. Enumerable.Range((int)Math.Floor(Math.Log10(low)), (int)Math.Ceiling(Math.Log10(high / low)) + 2)
            .SelectMany(decade => new[] { 1.0, 2, 5 }.Select(factor => factor * Math.Pow(10, decade)))
            .Where(tick => tick >= low && tick <= high)];
        double[] shown = ticks.Length <= 8 ? ticks : [.. ticks.Where(tick => Math.Abs(Math.Log10(tick) - Math.Round(Math.Log10(tick))) < 1e-9)];
        return new Axis(Math.Log10(low), Math.Log10(high), start, end, logarithmic: true, shown);
    }

    /// <summary>The coordinate of a value.</summary>
    internal double At(double value) => _start + (((IsLogarithmic ? Math.Log10(value) : value) - _low) / (_high - _low) * (_end - _start));

    private static double RoundStep(double step)
    {
        double decade = Math.Pow(10, Math.Floor(Math.Log10(step)));
        double factor = step / decade;
        return decade * (factor < 1.5 ? 1 : factor < 3.5 ? 2 : factor < 7.5 ? 5 : 10);
    }
}
