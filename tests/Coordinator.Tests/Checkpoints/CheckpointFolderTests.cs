using CsCheck;
using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.Tests.Simulation;
using S2M.Coordinator.Training;
using S2M.Numerics.Parameters;

namespace S2M.Coordinator.Tests.Checkpoints;

public sealed class CheckpointFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("s2m-checkpoints-").FullName;
    private readonly SimulatedJob _job = new();
    private readonly List<string> _warnings = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Restore_WhatWasPublished_IsTheSameState()
    {
        TrainingState state = await _job.RunAsync(_job.Open(_folder));
        TrainingState restored = _job.Begin();

        _job.Open(_folder).Restore(restored).ShouldBe(Step(6));

        restored.Hash().ShouldBe(state.Hash());
        restored.Snapshot.Version.ShouldBe(6);
        restored.Optimizer.StepCount.ShouldBe(6);
        restored.Optimizer.State.Zip(state.Optimizer.State).ShouldAllBe(pair => pair.First.Name == pair.Second.Name && pair.First.Values.SequenceEqual(pair.Second.Values));
        restored.History.Steps.ShouldBe(state.History.Steps);
        restored.History.Validations.ShouldBe(state.History.Validations);
        restored.History.ZeroDescriptors.ShouldBe(state.History.ZeroDescriptors);
    }

    [Fact]
    public async Task Publish_Parameters_AreNamedTensorsWithTheirShapes()
    {
        TrainingState state = await _job.RunAsync(_job.Open(_folder));
        await using FileStream file = File.OpenRead(Path.Combine(Step(6), "parameters.safetensors"));

        SafeTensorFile read = SafeTensors.Read(file, 1 << 20);

        read.Tensors.Select(tensor => $"{tensor.Name} {string.Join('x', tensor.Shape)}").ShouldBe(["weight 13", "scale ", "running_mean 3", "running_variance 2"]);
        read.Tensors[0].ToFloats().ShouldBe(state.Snapshot.Parameters[..13]);
    }

    [Fact]
    public async Task Publish_ManySteps_KeepsTheLastThree()
    {
        await _job.RunAsync(_job.Open(_folder));

        Names().ShouldBe(["step-000004", "step-000005", "step-000006"]);
    }

    [Fact]
    public async Task Publish_StepsOfSevenDigits_AreOrderedByNumber()
    {
        TrainingState state = await _job.RunAsync(new MemoryStore());
        CheckpointFolder checkpoints = _job.Open(_folder);
        for (int step = 999_997; step <= 1_000_001; step++)
        {
            state.Snapshot = state.Snapshot with { Version = step };
            checkpoints.PublishAsync(state).IsCompletedSuccessfully.ShouldBeTrue();
        }

        Names().ShouldBe(["step-1000000", "step-1000001", "step-999999"]);
        TrainingState restored = _job.Begin();
        checkpoints.Restore(restored);
        restored.Snapshot.Version.ShouldBe(1_000_001);
    }

    [Fact]
    public async Task Publish_FolderThatDoesNotExistYet_IsMadeWithItsParents()
    {
        string nested = Path.Combine(_folder, "a", "b", "checkpoints");

        await _job.RunAsync(_job.Open(nested));

        _job.Open(nested).Restore(_job.Begin()).ShouldBe(Path.Combine(nested, "step-000006"));
    }

    [Theory]
    [InlineData("manifest.json", "missing")]
    [InlineData("manifest.json", "empty")]
    [InlineData("manifest.json", "torn")]
    [InlineData("manifest.json", "another file")]
    [InlineData("parameters.safetensors", "missing")]
    [InlineData("parameters.safetensors", "empty")]
    [InlineData("parameters.safetensors", "torn")]
    [InlineData("parameters.safetensors", "another file")]
    [InlineData("optimizer.safetensors", "missing")]
    [InlineData("optimizer.safetensors", "empty")]
    [InlineData("optimizer.safetensors", "torn")]
    [InlineData("optimizer.safetensors", "another file")]
    public async Task Restore_DamagedCheckpoint_UsesTheOneBeforeWithAWarning(string file, string damage)
    {
        TrainingState expected = await _job.RunAsync(_job.Open(_folder));
        Damage(Path.Combine(Step(6), file), damage);
        TrainingState state = _job.Begin();

        _job.Open(_folder, _warnings).Restore(state).ShouldBe(Step(5));

        state.Snapshot.Version.ShouldBe(5);
        bool isUnfinished = (file, damage) == ("manifest.json", "missing");
        _warnings.Count.ShouldBe(isUnfinished ? 0 : 1, "a folder without a manifest is an unfinished write, which is nothing to warn of");
        _warnings.ShouldAllBe(warning => warning.Contains(Step(6), StringComparison.Ordinal));
        (await _job.RunAsync(_job.Open(_folder), state: state)).Hash().ShouldBe(expected.Hash());
        _job.Open(_folder).Restore(_job.Begin()).ShouldBe(Step(6), "the run wrote it again");
    }

    [Fact]
    public async Task Restore_AnyByteChanged_UsesTheOneBefore()
    {
        await _job.RunAsync(_job.Open(_folder));
        string[] files = ["manifest.json", "parameters.safetensors", "optimizer.safetensors"];
        byte[][] contents = [.. files.Select(file => File.ReadAllBytes(Path.Combine(Step(6), file)))];

        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 1 << 20], Gen.Byte[1, 255]).Sample(
            (file, at, change) =>
            {
                byte[] changed = [.. contents[file]];
                changed[at % changed.Length] ^= change;
                string path = Path.Combine(Step(6), files[file]);
                File.WriteAllBytes(path, changed);
                _job.Open(_folder, []).Restore(_job.Begin()).ShouldBe(Step(5));
                File.WriteAllBytes(path, contents[file]);
            },
            iter: 300,
            threads: 1);
    }

    [Fact]
    public async Task Restore_EveryCheckpointDamaged_LeavesTheStateAsItWas()
    {
        await _job.RunAsync(_job.Open(_folder));
        foreach (string name in Names())
        {
            Damage(Path.Combine(_folder, name, "optimizer.safetensors"), "torn");
        }

        TrainingState state = _job.Begin();
        string before = state.Hash();

        _job.Open(_folder, _warnings).Restore(state).ShouldBeNull();

        _warnings.Count.ShouldBe(3);
        (state.Hash(), state.Optimizer.StepCount, state.History).ShouldBe((before, 0, TrainingHistory.Empty));
    }

    [Fact]
    public void Restore_NoFolder_IsNull() => _job.Open(Path.Combine(_folder, "none")).Restore(_job.Begin()).ShouldBeNull();

    [Fact]
    public async Task Restore_UnfinishedWrite_IsPassedByAndRemovedBehindTheNextCheckpoint()
    {
        await _job.RunAsync(_job.Open(_folder));
        File.Delete(Path.Combine(Step(6), "manifest.json"));
        string other = Path.Combine(_folder, "step-000099");
        Directory.CreateDirectory(other);
        await File.WriteAllTextAsync(Path.Combine(other, "manifest.json.tmp"), "{", TestContext.Current.CancellationToken);
        TrainingState state = _job.Begin();

        _job.Open(_folder).Restore(state).ShouldBe(Step(5));
        await _job.RunAsync(_job.Open(_folder), state: state);

        Names().ShouldBe(["step-000004", "step-000005", "step-000006"]);
    }

    [Fact]
    public async Task Publish_DamagedCheckpointsOfLaterSteps_DoNotPushOutWholeOnes()
    {
        await _job.RunAsync(_job.Open(_folder));
        foreach (string name in Names())
        {
            Damage(Path.Combine(_folder, name, "parameters.safetensors"), "torn");
        }

        TrainingState state = _job.Begin();
        CheckpointFolder checkpoints = _job.Open(_folder, _warnings);
        checkpoints.Restore(state).ShouldBeNull();
        checkpoints.PublishAsync(state).IsCompletedSuccessfully.ShouldBeTrue();

        Names().ShouldBe(["step-000000", "step-000004", "step-000005", "step-000006"]);
        checkpoints.Restore(_job.Begin()).ShouldBe(Step(0));
    }

    [Fact]
    public async Task Publish_ForeignFolders_AreLeftAlone()
    {
        string[] foreign = ["step-abc", "step-", "step-12345", "notes", "step-1.old"];
        Array.ForEach(foreign, name => Directory.CreateDirectory(Path.Combine(_folder, name)));

        await _job.RunAsync(_job.Open(_folder));

        foreign.ShouldAllBe(name => Directory.Exists(Path.Combine(_folder, name)));
    }

    [Fact]
    public async Task Publish_SameStepAgain_NeverLosesIt()
    {
        TrainingState state = await _job.RunAsync(_job.Open(_folder));
        CheckpointFolder checkpoints = _job.Open(_folder);
        checkpoints.PublishAsync(state).IsCompletedSuccessfully.ShouldBeTrue();
        checkpoints.Restore(_job.Begin()).ShouldBe(Step(6));

        // A folder in the manifest's way makes the second write fail.
        Directory.CreateDirectory(Path.Combine(Step(6), "manifest.json.tmp"));
        Should.Throw<CoordinatorException>(() => _job.Open(_folder, _warnings).PublishAsync(state));

        checkpoints.Restore(_job.Begin()).ShouldBe(Step(6), "the checkpoint that was there is still there");
    }

    [Fact]
    public async Task Publish_FileInTheFoldersPlace_FailsWithTheRemedyAndKeepsTheOnesBefore()
    {
        TrainingState state = await _job.RunAsync(_job.Open(_folder));
        await File.WriteAllTextAsync(Step(7), "not a folder", TestContext.Current.CancellationToken);
        state.Snapshot = state.Snapshot with { Version = 7 };

        CoordinatorException problem = Should.Throw<CoordinatorException>(() => _job.Open(_folder).PublishAsync(state));

        problem.Message.ShouldContain(Step(7));
        problem.Message.ShouldContain("Checkpoints before it are kept: free space or choose another folder, then resume.");
        _job.Open(_folder).Restore(_job.Begin()).ShouldBe(Step(6));
    }

    [Fact]
    public async Task Publish_DiskFull_FailsWithTheReasonAndLeavesNothing()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "the system has no device that is always full");
        TrainingState state = await _job.RunAsync(_job.Open(_folder));
        Directory.CreateDirectory(Step(7));
        File.CreateSymbolicLink(Path.Combine(Step(7), "optimizer.safetensors"), "/dev/full");
        state.Snapshot = state.Snapshot with { Version = 7 };

        CoordinatorException problem = Should.Throw<CoordinatorException>(() => _job.Open(_folder).PublishAsync(state));

        problem.Message.ShouldContain("No space left on device");
        Names().ShouldBe(["step-000004", "step-000005", "step-000006"]);
        _job.Open(_folder).Restore(_job.Begin()).ShouldBe(Step(6));
    }

    private string Step(int step) => Path.Combine(_folder, $"step-{step:D6}");

    private string[] Names() => [.. Directory.EnumerateDirectories(_folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private static void Damage(string path, string damage)
    {
        byte[] bytes = File.ReadAllBytes(path);
        switch (damage)
        {
            case "missing":
                File.Delete(path);
                break;
            case "empty":
                File.WriteAllBytes(path, []);
                break;
            case "torn":
                File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
                break;
            default:
                string before = Path.GetDirectoryName(path)!.Replace("000006", "000005", StringComparison.Ordinal);
                string other = Path.GetFileName(path) == "manifest.json" ? "optimizer.safetensors" : "manifest.json";
                File.Copy(Path.Combine(before, other), path, overwrite: true);
                break;
        }
    }
}
