using System.Diagnostics;
using S2M.Data.Images;
using S2M.Data.Images.Containers;
using S2M.Data.Tests.Files;

namespace S2M.Data.Tests.Images.Containers;

public sealed class FolderContainerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Paths_OfAFolder_AreAllFilesBelowIt()
    {
        _folder.Write("a/x.png", [1]);
        _folder.Write("a/b/y.png", [2]);
        _folder.Write("readme.txt", [3]);
        using var container = new FolderContainer(_folder.Path, ContainerLimits.Default);

        container.Paths.Order(StringComparer.Ordinal).ShouldBe(["a/b/y.png", "a/x.png", "readme.txt"]);
        container.Read(container.Paths.ToList().IndexOf("a/b/y.png")).ShouldBe([2]);
    }

    [Fact]
    public void Open_LinkBackIntoTheFolder_IsRefused()
    {
        _folder.Write("a/x.png", [1]);
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "a", "loop"), _folder.Path);
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "a", "again"), _folder.Path);

        Should.Throw<DataException>(() => new FolderContainer(_folder.Path, ContainerLimits.Default)).Message.ShouldContain("remove the link that leads back into the folder");
    }

    [Fact]
    public void Open_PipeNamedAsAnImage_IsRefusedWithoutWaiting()
    {
        _folder.Write("a/x.png", [1]);
        using (Process made = Process.Start("mkfifo", Path.Combine(_folder.Path, "a", "y.png")))
        {
            made.WaitForExit();
            made.ExitCode.ShouldBe(0);
        }

        Should.Throw<DataException>(() => DataSets.Open("birds", _folder.Path)).Message.ShouldContain("file 'a/y.png': expected the bytes of an image");
    }

    [Fact]
    public void Open_PipeInPlaceOfAnArchive_IsRefusedWithoutWaiting()
    {
        string pipe = Path.Combine(_folder.Path, "set.zip");
        using (Process made = Process.Start("mkfifo", pipe))
        {
            made.WaitForExit();
            made.ExitCode.ShouldBe(0);
        }

        Should.Throw<DataException>(() => DataSets.Open("birds", pipe)).Message.ShouldContain("expected a zip archive, got an empty file, a pipe or a device");
    }

    [Fact]
    public void Open_LinkToItself_IsNamed()
    {
        _folder.Write("a/x.png", [1]);
        string link = Path.Combine(_folder.Path, "a", "self.png");
        File.CreateSymbolicLink(link, link);

        Should.Throw<DataException>(() => DataSets.Open("birds", _folder.Path)).Message.ShouldContain("a/self.png");
    }

    [Fact]
    public void Open_LinkToNothing_IsNamed()
    {
        File.CreateSymbolicLink(Path.Combine(Directory.CreateDirectory(Path.Combine(_folder.Path, "a")).FullName, "x.png"), Path.Combine(_folder.Path, "none"));

        Should.Throw<DataException>(() => DataSets.Open("birds", _folder.Path)).Message.ShouldContain("file 'a/x.png': expected a readable file");
    }

    [Fact]
    public void Open_TooManyFiles_IsRefused()
    {
        _folder.Write("a/x.png", [1]);
        _folder.Write("a/y.png", [1]);

        Should.Throw<DataException>(() => new FolderContainer(_folder.Path, new ContainerLimits { MaximumEntries = 1 })).Message.ShouldContain("expected at most 1 files, got more");
    }

    [Fact]
    public void Read_LargeFile_IsRefusedBeforeItIsRead()
    {
        _folder.Write("a/x.png", new byte[11]);
        using var container = new FolderContainer(_folder.Path, new ContainerLimits { MaximumFileBytes = 10 });

        Should.Throw<DataException>(() => container.Read(0)).Message.ShouldContain("file 'a/x.png': expected at most 10 bytes, got 11");
    }

    [Fact]
    public void Read_FileThatIsGone_IsNamed()
    {
        string file = _folder.Write("a/x.png", [1]);
        using var container = new FolderContainer(_folder.Path, ContainerLimits.Default);
        File.Delete(file);

        Should.Throw<DataException>(() => container.Read(0)).Message.ShouldContain("file 'a/x.png': expected a readable file");
    }

    public void Dispose() => _folder.Dispose();
}
