using S2M.Specification;

namespace S2M.Model.Embedding;

/// <summary>The embeddings a job can name.</summary>
public static class EmbeddingNetworks
{
    /// <summary>Builds an embedding.</summary>
    /// <param name="name">Its name in job files: <c>conv4</c> or <c>lenet</c>.</param>
    /// <param name="size">Height and width of the images in pixels.</param>
    /// <param name="channels">Channels of the images, 1 or 3.</param>
    /// <exception cref="Set2ModelException">There is no such embedding, or the images do not fit it.</exception>
    public static EmbeddingNetwork Create(string name, int size, int channels) => name switch
    {
        NetworkSpecification.Conv4 => new Conv4Network(size, channels),
        NetworkSpecification.LeNet => new LeNetNetwork(size, channels),
        _ => throw new Set2ModelException($"network.embedding: expected {NetworkSpecification.Conv4} or {NetworkSpecification.LeNet}, got '{name}'"),
    };
}
