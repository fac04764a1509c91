namespace S2M.Cli.Diagnosis;

/// <summary>What one look found.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="Ok">Whether it is as it should be.</param>
/// <param name="Text">What it is; where it is not as it should be, what to do.</param>
internal sealed record Finding(string Name, bool Ok, string Text);
