namespace S2M.Local.Verification;

/// <summary>What a check found.</summary>
/// <param name="Name">What was checked.</param>
/// <param name="Cases">How many cases.</param>
/// <param name="WorstError">The worst relative error; for checks of equality the number of cases that differed.</param>
/// <param name="Tolerance">The largest error that is right.</param>
public sealed record Check(string Name, int Cases, double WorstError, double Tolerance)
{
    /// <summary>Whether the check held.</summary>
    public bool Ok => WorstError <= Tolerance && Cases > 0;
}
