using System.Globalization;

namespace S2M.Model.Benchmarks.Reports;

/// <summary>Which side of its reach a figure must lie on.</summary>
internal enum Bound
{
    /// <summary>Nothing is promised.</summary>
    None,

    /// <summary>The reach or more.</summary>
    AtLeast,

    /// <summary>The reach or less.</summary>
    AtMost,
}

/// <summary>One figure of a benchmark with what it has to reach.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">Its value; null when it could not be measured.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Bound">Which side of the reach.</param>
/// <param name="Reach">What is promised, in the same unit.</param>
/// <param name="Low">Low end of the value's interval; null where there is none.</param>
/// <param name="High">High end.</param>
internal sealed record Figure(string Name, double? Value, string Unit, Bound Bound, double Reach, double? Low = null, double? High = null)
{
    /// <summary>Whether the promise holds; null where nothing is promised or measured.</summary>
    public bool? Holds => (Value, Bound) switch
    {
        (null, _) or (_, Bound.None) => null,
        (double value, Bound.AtLeast) => value >= Reach,
        (double value, _) => value <= Reach,
    };

    /// <summary>Whether the pairs scatter so much that the reach lies within the value's interval: another run may decide otherwise.</summary>
    public bool IsUndecided => Bound != Bound.None && Low < Reach && Reach < High;

    /// <summary>The line that is printed.</summary>
    public override string ToString()
    {
        string value = Value is double known ? string.Create(CultureInfo.InvariantCulture, $"{known:0.###} {Unit}") : "not measured";
        string reach = Bound == Bound.None ? string.Empty : string.Create(CultureInfo.InvariantCulture, $", reach {(Bound == Bound.AtLeast ? ">=" : "<=")} {Reach:0.###} {Unit}");
        string verdict = Holds switch
        {
            true => ": holds",
            false => ": falls short",
            null => string.Empty,
        };
        return $"{Name}: {value}{reach}{verdict}";
    }
}
