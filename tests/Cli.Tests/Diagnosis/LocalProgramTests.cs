using S2M.Cli.Commands;
using S2M.Cli.Diagnosis;

namespace S2M.Cli.Tests.Diagnosis;

public sealed class LocalProgramTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("s2m-local-program-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Find_Published_IsBesideThisProgram()
    {
        string beside = Place("s2m-local.dll");

        LocalProgram.Find(_folder.FullName + Path.DirectorySeparatorChar).ShouldBe(beside);
    }

    [Fact]
    public void Find_BuildOutput_IsTheOtherProjectsOfTheSameConfiguration()
    {
        Place("src/Local/bin/Debug/net10.0/linux-x64/s2m-local.dll");
        string release = Place("src/Local/bin/Release/net10.0/linux-x64/s2m-local.dll");

        LocalProgram.Find(Path.Combine(_folder.FullName, "src/Cli/bin/Release/net10.0")).ShouldBe(release);
    }

    [Fact]
    public void Find_Nowhere_SaysWhereItLookedAndWhatToDo()
    {
        string build = Path.Combine(_folder.FullName, "src/Cli/bin/Release/net10.0");
        string beside = Path.Combine(build, "s2m-local.dll");
        string other = Path.Combine(_folder.FullName, "src/Local/bin/Release/net10.0/linux-x64/s2m-local.dll");

        CommandException problem = Should.Throw<CommandException>(() => LocalProgram.Find(build));

        problem.ExitCode.ShouldBe(2);
        problem.Message.ShouldContain($"s2m-local.dll: expected it beside this program or in the same build, since the checks need its tensor library, got none (looked for {beside} and {other});");
        problem.Message.ShouldContain("dotnet build -c Release src/Local");
        Should.Throw<CommandException>(() => LocalProgram.Find(_folder.FullName)).Message.ShouldContain($"(looked for {Path.Combine(_folder.FullName, "s2m-local.dll")})");
    }

    private string Place(string name)
    {
        string path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, string.Empty);
        return path;
    }
}
