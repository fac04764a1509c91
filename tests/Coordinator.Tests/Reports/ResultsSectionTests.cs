using S2M.Coordinator.Reports;
using S2M.Specification;

namespace S2M.Coordinator.Tests.Reports;

public sealed class ResultsSectionTests
{
    [Fact]
    public void NameOf_EveryHeadOfAJob_SaysThatItIsTheJobs() =>
        Enum.GetValues<HeadKind>().ShouldAllBe(head => ResultsSection.NameOf(head.Word(), true).EndsWith("(the job's head)"));

    [Theory]
    [InlineData("nearest_mean", "nearest class mean, same embedding")]
    [InlineData("untrained", "nearest class mean, untrained network")]
    [InlineData("raw_pixels", "nearest class mean, raw pixels")]
    public void NameOf_WhatStandsBesideIt_IsNamed(string head, string expected) => ResultsSection.NameOf(head, false).ShouldBe(expected);
}
