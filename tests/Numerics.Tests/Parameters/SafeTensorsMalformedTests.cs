using System.Buffers.Binary;
using System.Text;
using CsCheck;
using S2M.Numerics.Parameters;

namespace S2M.Numerics.Tests.Parameters;

/// <summary>Whatever the bytes, reading ends in tensors or in a SafeTensorsException that says why, and allocates no more than the file's own size asks for.</summary>
public sealed class SafeTensorsMalformedTests
{
    private const string Whole = """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[2,1],"data_offsets":[8,10]},"__metadata__":{"k":"v"}}""";
    private const int Elements = 10;

    [Theory]
    [InlineData("""[]""", "header")]
    [InlineData("""null""", "header")]
    [InlineData("""{"a":""", "header")]
    [InlineData("""{"a":1}""", "header")]
    [InlineData("""{"a":{"shape":[2],"data_offsets":[0,8]}}""", "header")]
    [InlineData("""{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,8]}}""", "expected dtype F32, F64, BF16, I64, U8, got 'F16'")]
    [InlineData("""{"a":{"dtype":"0","shape":[2],"data_offsets":[0,8]}}""", "got '0'")]
    [InlineData("""{"a":{"dtype":null,"shape":[2],"data_offsets":[0,8]}}""", "got ''")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,10]}}""", "header")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,10]}}""", "shape of less than 2 GiB, got [-2]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,10]}}""", "shape of less than 2 GiB")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,10]}}""", "span 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "span 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", "span 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[9223372036854775800,-9223372036854775808]}}""", "span 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}""", "two data_offsets, got 3")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[2,10]}}""", "without gap or overlap from 0, got 2")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", "'b': expected bytes without gap or overlap from 8, got 4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"U8","shape":[2],"data_offsets":[8,10]}}""", "header")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "expected it after 8 bytes of elements, got more")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", "elements: expected 12 bytes, got 10: the file is torn")]
    [InlineData("""{"\ud800":{"dtype":"U8","shape":[10],"data_offsets":[0,10]}}""", "header")]
    [InlineData("""{"a":{"dtype":"U8","shape":[10],"data_offsets":[0,10]},"__metadata__":{"k":1}}""", "header")]
    [InlineData("""{"a":{"dtype":"U8","shape":[10],"data_offsets":[0,10]},"__metadata__":{"k":null}}""", "metadata 'k': expected a string")]
    [InlineData("""{"a":{"dtype":"U8","shape":[10],"data_offsets":[0,10]},"__metadata__":[]}""", "header")]
    public void Read_HeaderThatLies_IsRefusedWithTheReason(string header, string reason)
        => Should.Throw<SafeTensorsException>(() => Read(FileOf(header))).Message.ShouldContain(reason);

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(99_000_000)]
    public void Read_HeaderLengthThatLies_IsRefusedWithoutAllocatingIt(long length)
    {
        byte[] file = FileOf(Whole);
        BinaryPrimitives.WriteInt64LittleEndian(file, length);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Should.Throw<SafeTensorsException>(() => SafeTensors.Read(new MemoryStream(file), long.MaxValue)).Message.ShouldStartWith("header");
        Should.Throw<SafeTensorsException>(() => SafeTensors.Read(new ForwardStream(file), long.MaxValue)).Message.ShouldStartWith("header");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1 << 20);
    }

    [Fact]
    public void Read_ElementsThatAreOnlyClaimed_AreNotAllocated()
    {
        byte[] file = FileOf("""{"a":{"dtype":"U8","shape":[2000000000],"data_offsets":[0,2000000000]}}""");

        long before = GC.GetAllocatedBytesForCurrentThread();
        Should.Throw<SafeTensorsException>(() => SafeTensors.Read(new MemoryStream(file), long.MaxValue)).Message.ShouldContain("the file is torn");
        Should.Throw<SafeTensorsException>(() => SafeTensors.Read(new ForwardStream(file), long.MaxValue)).Message.ShouldContain("the file is torn");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1 << 20);
    }

    [Fact]
    public void Read_FileLargerThanAllowed_IsRefused()
    {
        byte[] file = FileOf(Whole);

        Should.Throw<SafeTensorsException>(() => SafeTensors.Read(new MemoryStream(file), file.Length - 9)).Message.ShouldContain("elements: expected at most");
        Should.Throw<SafeTensorsException>(() => SafeTensors.Read(new MemoryStream(file), 20)).Message.ShouldContain("header length: expected 2 to 20 bytes");
    }

    [Fact]
    public void Read_EveryPrefix_IsTorn()
    {
        byte[] file = FileOf(Whole);
        Read(file).Tensors.Count.ShouldBe(2);

        for (int length = 0; length < file.Length; length++)
        {
            Should.Throw<SafeTensorsException>(() => Read(file[..length])).Message.ShouldContain("torn");
        }
    }

    [Fact]
    public void Read_MutatedBytes_GivesTensorsOrTheOneException()
        => Gen.Select(Gen.Int[0, FileOf(Whole).Length - 1], Gen.Byte).Array[1, 4].Sample(
            changes =>
            {
                byte[] file = FileOf(Whole);
                foreach ((int index, byte value) in changes)
                {
                    file[index] = value;
                }

                ReadOrRefuse(file);
            },
            iter: 20_000);

    [Fact]
    public void Read_MutatedWords_GivesTensorsOrTheOneException()
    {
        string[] words =
            ["{", "}", "[", "]", ",", ":", "\"", "0", "8", "-1", "1e3", "9223372036854775807", "\"a\"", "\"dtype\"", "\"F32\"", "\"shape\"", "\"data_offsets\"", "null", "\\ud800", "\u00e9", "[[[["];
        Gen.Select(Gen.Int[0, Whole.Length], Gen.Int[0, 12], Gen.Int[0, words.Length - 1]).Array[1, 3].Sample(
            changes =>
            {
                string header = Whole;
                foreach ((int index, int length, int word) in changes)
                {
                    int at = Math.Min(index, header.Length);
                    header = string.Concat(header.AsSpan(0, at), words[word], header.AsSpan(Math.Min(at + length, header.Length)));
                }

                ReadOrRefuse(FileOf(header));
            },
            iter: 20_000);
    }

    private static void ReadOrRefuse(byte[] file)
    {
        try
        {
            Read(file).Tensors.Sum(tensor => tensor.Bytes.Length).ShouldBeLessThanOrEqualTo(file.Length);
        }
        catch (SafeTensorsException problem)
        {
            problem.Message.ShouldContain("expected");
        }
    }

    private static SafeTensorFile Read(byte[] file) => SafeTensors.Read(new MemoryStream(file), 1 << 20);

    private static byte[] FileOf(string header)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        byte[] file = new byte[8 + text.Length + Elements];
        BinaryPrimitives.WriteInt64LittleEndian(file, text.Length);
        text.CopyTo(file, 8);
        return file;
    }

    private sealed class ForwardStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();
    }
}
