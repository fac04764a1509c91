using S2M.Local.Runs;

namespace S2M.Local.Tests.Runs;

public sealed class RunFolderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void NewestCheckpoint_StepsOfSevenDigits_IsTheLargestNumber()
    {
        Array.ForEach(["step-999999", "step-1000000", "step-000003"], Finish);

        RunFolder.NewestCheckpoint(_folder.Location).ShouldBe(_folder["checkpoints/step-1000000"]);
    }

    [Fact]
    public void NewestCheckpoint_UnfinishedWrite_IsPassedBy()
    {
        Finish("step-000003");
        Directory.CreateDirectory(_folder["checkpoints/step-000004"]);

        RunFolder.NewestCheckpoint(_folder.Location).ShouldBe(_folder["checkpoints/step-000003"]);
    }

    [Fact]
    public void HasCheckpoints_NothingButAnUnfinishedWrite_IsFalse()
    {
        Directory.CreateDirectory(_folder["checkpoints/step-000004"]);
        using RunFolder folder = RunFolder.Open(_folder.Location);

        folder.HasCheckpoints.ShouldBeFalse();
        RunFolder.NewestCheckpoint(_folder["nothing"]).ShouldBeNull();
    }

    [Fact]
    public void Clear_EarlierRun_RemovesItsCheckpointsAndReportsAlone()
    {
        Array.ForEach(["step-000003", "notes"], Finish);
        Directory.CreateDirectory(_folder["checkpoints/step-000004"]);
        File.WriteAllText(_folder["metrics.json"], "{}");
        File.WriteAllText(_folder["mine.txt"], string.Empty);
        using RunFolder folder = RunFolder.Open(_folder.Location);

        folder.Clear();

        Directory.GetDirectories(_folder["checkpoints"]).ShouldBe([_folder["checkpoints/notes"]]);
        File.Exists(_folder["metrics.json"]).ShouldBeFalse();
        File.Exists(_folder["mine.txt"]).ShouldBeTrue();
    }

    public void Dispose() => _folder.Dispose();

    private void Finish(string name)
    {
        Directory.CreateDirectory(_folder[$"checkpoints/{name}"]);
        File.WriteAllText(_folder[$"checkpoints/{name}/manifest.json"], "{}");
    }
}
