using S2M.Model.Embedding;
using TorchSharp;
using static TorchSharp.torch;

namespace S2M.Model.Tests.Embedding;

public sealed class ImagePatchesTests
{
    [Theory]
    [InlineData(2, 1, 4)]
    [InlineData(3, 3, 5)]
    [InlineData(1, 2, 1)]
    public void Of_AnyImages_IsTheLibrarysUnfold(int images, int channels, int side)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor pixels_NHHC = arange(1, 1 + (images * side * side * channels), ScalarType.Float32).view(images, side, side, channels);
        Tensor images_NCHH = pixels_NHHC.permute(0, 3, 1, 2);

        Tensor patches_RK = ImagePatches.Of(images_NCHH);

        Tensor expected_NKR = nn.functional.unfold(images_NCHH.contiguous(), (3, 3), padding: (1, 1));
        Tensor expected_RK = expected_NKR.transpose(1, 2).reshape(images * side * side, channels * 9);
        patches_RK.shape.ShouldBe(expected_RK.shape);
        patches_RK.data<float>().ToArray().ShouldBe(expected_RK.contiguous().data<float>().ToArray());
    }
}
