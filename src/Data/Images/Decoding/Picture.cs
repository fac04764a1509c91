namespace S2M.Data.Images.Decoding;

/// <summary>A decoded image before it is resized.</summary>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Components">1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha; interleaved.</param>
/// <param name="Data">Width x height x components bytes, row by row.</param>
internal sealed record Picture(int Width, int Height, int Components, byte[] Data);
