namespace S2M.Data.Catalogs;

/// <summary>A concept: a class of the data set in one rotation.</summary>
/// <param name="Class">Index of the class in its data set.</param>
/// <param name="QuarterTurns">Counterclockwise quarter turns, 0 to 3; 0 where rotations are not classes.</param>
public readonly record struct ConceptId(int Class, int QuarterTurns);
