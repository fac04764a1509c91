using S2M.Data;
using S2M.Data.Images;

namespace S2M.Coordinator.DataSets;

/// <summary>Decodes every image of a data set once, so that what a job would stumble over is refused when it is registered.</summary>
internal static class ImageCheck
{
    // Small: what counts is that the file has its hash and decodes.
    private static readonly ImageFormat Format = new(1, 1, false);

    /// <summary>Reads, verifies and decodes all images, as many at a time as there are processors.</summary>
    /// <param name="dataSet">The data set.</param>
    /// <param name="cancellationToken">Stops at the next image.</param>
    /// <exception cref="DataException">An image cannot be read, changed, or does not decode; the message names it.</exception>
    internal static void Run(ImageDataSet dataSet, CancellationToken cancellationToken)
    {
        try
        {
            Parallel.For(
                0,
                dataSet.ImageCount,
                new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken },
                image =>
                {
                    Span<byte> pixel = stackalloc byte[1];
                    dataSet.Decode(image, Format, pixel);
                });
        }
        catch (AggregateException problems) when (problems.InnerExceptions.OfType<DataException>().FirstOrDefault() is { } problem)
        {
            throw new DataException(problem.Message, problem);
        }
    }
}
