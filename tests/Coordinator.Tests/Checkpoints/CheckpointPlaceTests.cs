using CsCheck;
using S2M.Coordinator.Checkpoints;

namespace S2M.Coordinator.Tests.Checkpoints;

/// <summary>Places as paths.</summary>
public sealed class CheckpointPlaceTests
{
    [Fact]
    public void Parse_WhatAPlaceIsWrittenAs_IsThePlace()
        => Gen.Select(Gen.Long[1, long.MaxValue], Gen.Int[0, int.MaxValue]).Sample((epoch, step) =>
        {
            var place = new CheckpointPlace("job-0123456789ab", epoch, step);
            CheckpointPlace.Parse(place.ToString()).ShouldBe(place);
        });

    [Theory]
    [InlineData("job")]
    [InlineData("job/000001")]
    [InlineData("job/report.html")]
    [InlineData("job/000001/step-000200/manifest.json")]
    [InlineData("job/1/step-000200")]
    [InlineData("job/0000001/step-000200")]
    [InlineData("job/000001/step-200")]
    [InlineData("job/000001/step-0000200")]
    [InlineData("job/000001/step--00200")]
    [InlineData("job/-00001/step-000200")]
    [InlineData("job/000001/000200")]
    [InlineData("job/000001/s")]
    public void Parse_AnythingElse_IsNone(string path) => CheckpointPlace.Parse(path).ShouldBeNull();
}
