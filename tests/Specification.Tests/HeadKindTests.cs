using System.Text.Json.Nodes;

namespace S2M.Specification.Tests;

public sealed class HeadKindTests
{
    [Theory]
    [InlineData(HeadKind.Gauss, "gauss", "Set2Model-Gauss", 1, false, false)]
    [InlineData(HeadKind.Gmm2, "gmm2", "Set2Model-GMM2", 2, false, true)]
    [InlineData(HeadKind.Gmm3, "gmm3", "Set2Model-GMM3", 3, false, true)]
    [InlineData(HeadKind.Gmm4, "gmm4", "Set2Model-GMM4", 4, false, true)]
    [InlineData(HeadKind.AdaGmm, "adagmm", "Set2Model-AdaGMM", 4, true, true)]
    [InlineData(HeadKind.NearestMean, "nearest_mean", "nearest class mean", 1, false, false)]
    public void HeadKind_Every_HasItsWordAndComponents(HeadKind head, string word, string title, int components, bool chooses, bool isMixture)
    {
        JobSpecification job = TestJobs.Parse(TestJobs.Minimal) with { Network = new NetworkSpecification { Head = head } };

        (head.Word(), head.Title(), head.MostComponents(), head.ChoosesComponents(), head.IsMixture()).ShouldBe((word, title, components, chooses, isMixture));
        JsonNode.Parse(CanonicalJson.Write(job))!["network"]!["head"]!.GetValue<string>().ShouldBe(word);
    }
}
