namespace S2M.Data.Catalogs;

/// <summary>A class of a data set: a run of consecutive images.</summary>
/// <param name="Name">Its name, such as <c>Greek/character07</c>; ordinal and unique in the data set.</param>
/// <param name="FirstImage">Index of its first image.</param>
/// <param name="Count">How many images it has.</param>
public sealed record ImageClass(string Name, int FirstImage, int Count);
