using S2M.Specification;

namespace S2M.Model.Tests;

/// <summary>Small jobs for tests.</summary>
internal static class TestJobs
{
    internal static JobSpecification Small(HeadKind head = HeadKind.Gauss, LossKind loss = LossKind.NWay, double dropout = 0) => new()
    {
        Name = "small",
        Data = new DataSpecification { Name = "glyphs" },
        Network = new NetworkSpecification { Head = head, Dropout = dropout },

        // Few bins: with 20 queries many bins would put a kink within every step.
        Loss = new LossSpecification { Kind = loss, Bins = 4 },
        Episode = new EpisodeSpecification { Classes = 10, ImagesPerClass = 4, Groups = [new(new(0, 1), new(2, 3)), new(new(0, 0), new(2, 3))] },
    };
}
