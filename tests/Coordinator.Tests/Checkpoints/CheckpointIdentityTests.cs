using System.Text;
using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.Tests.Simulation;
using S2M.Coordinator.Training;
using S2M.Specification;

namespace S2M.Coordinator.Tests.Checkpoints;

public sealed class CheckpointIdentityTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("s2m-identity-").FullName;
    private readonly SimulatedJob _job = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Restore_AnotherSpecification_IsRefusedWithTheFieldsThatDiffer()
    {
        await _job.RunAsync(_job.Open(_folder));
        JobSpecification own = _job.Specification;
        JobSpecification other = own with { Training = own.Training with { Steps = 7 }, Optimizer = own.Optimizer with { Beta1 = 0.5 } };

        string message = Refusal(_job.Identity with { Specification = other });

        message.ShouldContain("optimizer.beta1: 0.9, 0.5; training.steps: 6, 7.");
        message.ShouldContain("Resume with the same job file, data and machine, or begin again in another folder.");
        message.ShouldNotContain("seed");
    }

    [Fact]
    public async Task Restore_AnotherDataSetSplitOrMachine_IsRefusedWithTheFieldsThatDiffer()
    {
        await _job.RunAsync(_job.Open(_folder));

        Refusal(_job.Identity with { DataVersion = "glyphs@ff" }).ShouldContain("(checkpoint, now): data version: glyphs@00, glyphs@ff.");
        Refusal(_job.Identity with { SplitHash = "22" }).ShouldContain("(checkpoint, now): split: 11, 22.");
        Refusal(_job.Identity with { NumericContract = "cuda" }).ShouldContain("(checkpoint, now): numeric contract: cpu, cuda.");
        Refusal(_job.Identity with { SplitHash = "22", NumericContract = "cuda" }).ShouldContain("split: 11, 22; numeric contract: cpu, cuda.");
    }

    [Fact]
    public async Task Restore_AnotherRun_TakesNothingOver()
    {
        await _job.RunAsync(_job.Open(_folder));
        TrainingState state = _job.Begin();
        string before = state.Hash();

        Should.Throw<CoordinatorException>(() => new CheckpointFolder(_folder, _job.Identity with { SplitHash = "22" }, _ => { }).Restore(state));

        (state.Hash(), state.Optimizer.StepCount, state.History).ShouldBe((before, 0, TrainingHistory.Empty));
    }

    [Fact]
    public async Task Restore_SpecificationOfAnotherVersion_IsRefusedNotTakenForDamage()
    {
        await _job.RunAsync(_job.Open(_folder));
        CheckpointManifest manifest = Read();

        Write(manifest with { Specification = """{"field_of_tomorrow":1}""", SpecificationHash = "00" });
        Refusal(_job.Identity).ShouldContain("specification: written by another version of this program (");

        Write(manifest with { SpecificationHash = "00" });
        Refusal(_job.Identity).ShouldContain("specification: written by another version of this program.");
    }

    [Fact]
    public async Task Restore_ManifestOfAnotherFormat_IsRefusedNotTakenForDamage()
    {
        await _job.RunAsync(_job.Open(_folder));
        Write(Read() with { Format = 2 });

        Refusal(_job.Identity).ShouldContain("expected format 1, got 2");
    }

    [Fact]
    public async Task Parse_Manifest_IsJsonWithItsSealLast()
    {
        await _job.RunAsync(_job.Open(_folder));

        string text = Encoding.UTF8.GetString(Read().ToBytes());

        text.ShouldStartWith("{\n  \"format\": 1,\n  \"step\": 6,\n  \"optimizer_steps\": 6,");
        text[..^67].ShouldEndWith("\n  \"seal\": \"");
        text.ShouldEndWith("\"\n}");
        CheckpointManifest.Parse(Encoding.UTF8.GetBytes(text)).Step.ShouldBe(6);
    }

    private string ManifestPath => Path.Combine(_folder, "step-000006", "manifest.json");

    private CheckpointManifest Read() => CheckpointManifest.Parse(File.ReadAllBytes(ManifestPath));

    private void Write(CheckpointManifest manifest) => File.WriteAllBytes(ManifestPath, manifest.ToBytes());

    private string Refusal(CheckpointIdentity identity)
        => Should.Throw<CoordinatorException>(() => new CheckpointFolder(_folder, identity, warning => throw new InvalidOperationException(warning)).Restore(_job.Begin())).Message;
}
