using System.Text.Json.Nodes;

namespace S2M.Specification.Tests;

public sealed class HeadKindTests
{
    [Theory]
    [InlineData(HeadKind.Gauss, "gauss", 1, false, false)]
    [InlineData(HeadKind.Gmm2, "gmm2", 2, false, true)]
    [InlineData(HeadKind.Gmm3, "gmm3", 3, false, true)]
    [InlineData(HeadKind.Gmm4, "gmm4", 4, false, true)]
    [InlineData(HeadKind.AdaGmm, "adagmm", 4, true, true)]
    [InlineData(HeadKind.NearestMean, "nearest_mean", 1, false, false)]
    public void HeadKind_Every_HasItsWordAndComponents(HeadKind head, string word, int components, bool chooses, bool isMixture)
    {
        JobSpecification job = TestJobs.Parse(TestJobs.Minimal) with { Network = new NetworkSpecification { Head = head } };

        (head.Word(), head.MostComponents(), head.ChoosesComponents(), head.IsMixture()).ShouldBe((word, components, chooses, isMixture));
        JsonNode.Parse(CanonicalJson.Write(job))!["network"]!["head"]!.GetValue<string>().ShouldBe(word);
    }
}
