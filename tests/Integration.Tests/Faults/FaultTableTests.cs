using System.Reflection;
using System.Text.RegularExpressions;
using S2M.Integration.Tests.Processes;

namespace S2M.Integration.Tests.Faults;

/// <summary>Every row of the failure table has a test.</summary>
public sealed class FaultTableTests
{
    /// <summary>Tests of rows that are proved in another project, where the part that fails is at hand: project, class and method.</summary>
    private static readonly (Fault Fault, string Project, string Class, string Method)[] Elsewhere =
    [
        (Fault.DiskFull, "Coordinator.Tests", "CheckpointFaultTests", "Publish_NoRoomForTheFile_FailsWithTheReasonAndKeepsTheCheckpointBefore"),
        (Fault.DiskFull, "Coordinator.Tests", "DatabaseFaultTests", "Sqlite_NoRoom_SaysSoAndKeepsWhatWasWritten"),
        (Fault.DiskFull, "Local.Tests", "FullDiskTests", "Publish_NoRoomLeft_FailsWithReasonAndResumesFromTheCheckpointBefore"),
        (Fault.CheckpointDamaged, "Coordinator.Tests", "CheckpointFaultTests", "Publish_ProcessKilledWhileItWrites_LeavesAWholeCheckpointWithTheRightBits"),
        (Fault.CheckpointDamaged, "Coordinator.Tests", "CheckpointFolderTests", "Restore_DamagedCheckpoint_UsesTheOneBeforeWithAWarning"),
        (Fault.GradientNotFinite, "Coordinator.Tests", "NonFiniteTests", "RunAsync_AbsentEpisodes_AreLeftOutOfTheMeanAndCounted"),
        (Fault.GradientNotFinite, "Coordinator.Tests", "NonFiniteTests", "RunAsync_MoreAbsentThanTheBudget_FailsAndKeepsTheLastCheckpoint"),
        (Fault.GradientNotFinite, "Worker.Tests", "ComputeServiceTests", "ComputeShare_NonFiniteParameters_GivesAnAbsentNode"),
        (Fault.DataSetDamaged, "Local.Tests", "WrongInputTests", "Train_DamagedPicture_IsNamedBeforeTheFirstStep"),
        (Fault.DataSetDamaged, "Local.Tests", "WrongInputTests", "Train_ClassWithTooFewImages_NamesTheClass"),
        (Fault.DataSetDamaged, "Worker.Tests", "FetchedDataSetsTests", "OpenAsync_ByteDamagedOnItsWay_IsRefusedAndFetchedAfresh"),
        (Fault.RequestMalformed, "Local.Tests", "WrongInputTests", "Train_ZipBomb_IsRefused"),
        (Fault.RequestMalformed, "Local.Tests", "WrongInputTests", "Train_EscapingZip_IsRefusedAndWritesNothing"),
        (Fault.RequestMalformed, "Coordinator.Tests", "UploadTests", "Upload_FileLargerThanAnImageMayBe_IsRefusedWithTheManifest"),
    ];

    public static TheoryData<string> Faults { get; } = [.. Enum.GetNames<Fault>()];

    [Theory]
    [MemberData(nameof(Faults))]
    public void Row_OfTheFailureTable_HasATest(string name)
    {
        Fault fault = Enum.Parse<Fault>(name);
        string[] here = [.. typeof(FaultTableTests).Assembly.GetTypes().SelectMany(static type => type.GetMethods())
            .Where(method => method.GetCustomAttributes<ProvesAttribute>().Any(proves => proves.Fault == fault) && method.GetCustomAttributes<FactAttribute>().Any())
            .Select(static method => $"{method.DeclaringType!.Name}.{method.Name}")];
        string[] elsewhere = [.. Elsewhere.Where(proof => proof.Fault == fault).Select(proof => Found(proof.Project, proof.Class, proof.Method))];

        here.Concat(elsewhere).ShouldNotBeEmpty($"{fault}: expected a test marked [Proves(Fault.{fault})]");
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', here.Concat(elsewhere)));
    }

    /// <summary>A test of another project, as long as its source says that it is one.</summary>
    private static string Found(string project, string type, string method)
    {
        string folder = Path.Combine(ProgramProcess.PathOf("tests"), project);
        string source = File.ReadAllText(Directory.GetFiles(folder, $"{type}.cs", SearchOption.AllDirectories).ShouldHaveSingleItem());
        Regex.IsMatch(source, $@"\[(Fact|Theory)\b[^{{}}]*\b{method}\(", RegexOptions.None, TimeSpan.FromSeconds(10)).ShouldBeTrue($"{project}: {type}.{method}");
        return $"{project}: {type}.{method}";
    }
}
