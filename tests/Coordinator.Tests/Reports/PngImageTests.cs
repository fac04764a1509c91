using S2M.Coordinator.Reports;
using StbImageSharp;

namespace S2M.Coordinator.Tests.Reports;

public sealed class PngImageTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(28, 1)]
    [InlineData(17, 3)]
    public void Encode_Pixels_DecodeToTheSame(int size, int channels)
    {
        byte[] planes = [.. Enumerable.Range(0, channels * size * size).Select(index => (byte)((index * 73) + (index / 7)))];

        ImageResult decoded = ImageResult.FromMemory(PngImage.Encode(planes, size, channels), channels == 1 ? ColorComponents.Grey : ColorComponents.RedGreenBlue);

        (decoded.Width, decoded.Height).ShouldBe((size, size));
        decoded.Data.ShouldBe([.. Enumerable.Range(0, size * size).SelectMany(pixel => Enumerable.Range(0, channels).Select(channel => planes[(channel * size * size) + pixel]))]);
    }
}
