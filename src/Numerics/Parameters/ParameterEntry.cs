namespace S2M.Numerics.Parameters;

/// <summary>One named tensor inside a flat vector.</summary>
/// <param name="Name">Name as it stands in safetensors files, such as <c>blocks.0.convolution.weight</c>.</param>
/// <param name="Shape">Lengths of the dimensions, outermost first; empty for a scalar. Every length is at least 1.</param>
/// <param name="LearningRateScale">Factor on the optimiser's learning rate for this tensor, greater than 0; 1 for ordinary weights.</param>
/// <param name="WeightDecayScale">Factor on the optimiser's weight decay for this tensor, at least 0; 0 where being small means nothing, as for scales and logarithms.</param>
public sealed record ParameterEntry(string Name, IReadOnlyList<int> Shape, float LearningRateScale = 1f, float WeightDecayScale = 1f)
{
    /// <summary>The number of elements: the product of the shape, 1 for a scalar.</summary>
    public int Count
    {
        get
        {
            int count = 1;
            foreach (int length in Shape)
            {
                count = checked(count * length);
            }

            return count;
        }
    }
}
