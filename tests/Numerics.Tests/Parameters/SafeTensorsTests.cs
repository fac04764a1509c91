using System.Buffers.Binary;
using System.Text;
using CsCheck;
using S2M.Numerics.Parameters;

namespace S2M.Numerics.Tests.Parameters;

public sealed class SafeTensorsTests
{
    private static readonly Gen<(SafeTensorType Type, long[] Shape)> Kind =
        Gen.Select(Gen.Enum<SafeTensorType>(), Gen.Int[0, 4].Array[0, 3], (type, shape) => (type, shape.Select(length => (long)length).ToArray()));

    private static readonly Gen<SafeTensor[]> Tensors = Gen.Select(Kind, Gen.String, (kind, name) => (kind.Type, kind.Shape, Name: name)).Array[0, 24].Select(drafts =>
        (SafeTensor[])[.. drafts.Select((draft, index) => new SafeTensor($"{index} {WellFormed(draft.Name)}", draft.Type, draft.Shape, BytesOf(draft.Type, draft.Shape, index)))]);

    private static readonly Gen<Dictionary<string, string>> Metadata = Gen.Dictionary(Gen.String.Select(WellFormed), Gen.String.Select(WellFormed))[0, 4];

    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
        => Gen.Select(Tensors, Metadata).Sample((tensors, metadata) =>
        {
            byte[] file = Write(tensors, metadata);
            (BinaryPrimitives.ReadInt64LittleEndian(file) % 8).ShouldBe(0);
            SafeTensorFile read = SafeTensors.Read(new MemoryStream(file), file.Length);
            read.Metadata.ShouldBe(metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal));
            read.Tensors.Count.ShouldBe(tensors.Length);
            foreach ((SafeTensor got, SafeTensor expected) in read.Tensors.Zip(tensors))
            {
                (got.Name, got.Type).ShouldBe((expected.Name, expected.Type));
                got.Shape.ShouldBe(expected.Shape);
                got.Bytes.ToArray().ShouldBe(expected.Bytes.ToArray());
            }
        });

    [Fact]
    public void Write_KnownTensors_GivesTheBytesThatPythonOpens()
    {
        using var file = new MemoryStream();
        SafeTensors.Write(
            file,
            [
                SafeTensor.FromFloats("blocks.0.weight", [2, 3], [1, -2.5f, 0, -0.0f, float.MaxValue, float.Epsilon]),
                new SafeTensor("scale", SafeTensorType.F64, [], BitConverter.GetBytes(0.1)),
                new SafeTensor("counts", SafeTensorType.I64, [2], (byte[])[.. BitConverter.GetBytes(-1L), .. BitConverter.GetBytes(1L << 40)]),
                SafeTensor.FromFloats("empty", [0, 4], []),
                new SafeTensor("half", SafeTensorType.BF16, [3], (byte[])[0x80, 0x3F, 0x00, 0xC0, 0, 0]),
                new SafeTensor("bytes", SafeTensorType.U8, [5], (byte[])[0, 1, 2, 254, 255]),
            ],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["step"] = "200", ["format"] = "pt" });

        // Made and checked by tests/reference/safetensors_known.py.
        file.ToArray().ShouldBe(File.ReadAllBytes(ReferenceFile.PathOf("known.safetensors")));
    }

    [Fact]
    public void Read_FileOfPython_HasItsTensors()
    {
        using FileStream file = File.OpenRead(ReferenceFile.PathOf("known.safetensors"));

        SafeTensorFile read = SafeTensors.Read(file, 1 << 20);

        read.Tensors.Select(tensor => tensor.Name).ShouldBe(["blocks.0.weight", "scale", "counts", "empty", "half", "bytes"]);
        read.Tensors[0].ToFloats().ShouldBe([1, -2.5f, 0, -0.0f, float.MaxValue, float.Epsilon]);
        BitConverter.ToDouble(read.Tensors[1].Bytes.Span).ShouldBe(0.1);
        read.Metadata["step"].ShouldBe("200");
    }

    [Fact]
    public void Write_NoTensors_IsAnEmptyObject() => Encoding.ASCII.GetString(Write([], null)[8..]).ShouldBe("{}      ");

    [Fact]
    public void Read_StreamThatCannotSeek_IsReadInPieces()
    {
        SafeTensor large = SafeTensor.FromFloats("large", [100_000], [.. Enumerable.Range(0, 100_000)]);
        byte[] file = Write([large], null);

        SafeTensors.Read(new ForwardStream(file), file.Length).Tensors.Single().ToFloats().ShouldBe(large.ToFloats());
    }

    [Theory]
    [InlineData("a", "a", "'a': expected a name that is not taken")]
    [InlineData("a", "__metadata__", "'__metadata__': expected a name that is not taken")]
    public void Write_NamesThatCannotBe_AreRefused(string first, string second, string reason)
    {
        using var file = new MemoryStream();

        Should.Throw<SafeTensorsException>(() => SafeTensors.Write(file, [SafeTensor.FromFloats(first, [1], [1]), SafeTensor.FromFloats(second, [1], [1])]))
            .Message.ShouldContain(reason);
        file.Length.ShouldBe(0);
    }

    [Fact]
    public void Write_LoneSurrogates_AreRefusedNotReplaced()
    {
        const string Reason = "expected text without lone surrogates";

        Should.Throw<SafeTensorsException>(() => Write([SafeTensor.FromFloats("a\ud800", [1], [1])], null)).Message.ShouldContain(Reason);
        Should.Throw<SafeTensorsException>(() => Write([], new Dictionary<string, string>(StringComparer.Ordinal) { ["k"] = "\udc00" })).Message.ShouldContain(Reason);
    }

    [Fact]
    public void Write_BytesThatDoNotFillTheShape_AreRefused()
        => Should.Throw<SafeTensorsException>(() => Write([SafeTensor.FromFloats("a", [2, 2], [1, 2, 3])], null)).Message.ShouldContain("'a': expected 16 bytes for its shape, got 12");

    [Fact]
    public void ToBytes_ViewsOfAnArray_IsTheFileOfTheirCopies()
    {
        float[] flat = [.. Enumerable.Range(0, 10).Select(i => i / 3f)];
        SafeTensor[] views = [SafeTensor.View("a", [2, 3], flat), SafeTensor.View("b", [3], flat, 7), SafeTensor.View("scalar", [], flat, 6), SafeTensor.View("none", [0], [])];

        byte[] file = SafeTensors.ToBytes(views);

        file.ShouldBe(Write(
            [
                SafeTensor.FromFloats("a", [2, 3], flat.AsSpan(0, 6)), SafeTensor.FromFloats("b", [3], flat.AsSpan(7)), SafeTensor.FromFloats("scalar", [], flat.AsSpan(6, 1)),
                SafeTensor.FromFloats("none", [0], []),
            ],
            null));
        Should.Throw<ArgumentOutOfRangeException>(() => SafeTensor.View("c", [4], flat, 7));
    }

    [Fact]
    public void ToBytes_MoreThanAnArrayHolds_IsRefusedByItsSize()
    {
        float[] shared = new float[1 << 20];
        SafeTensor[] many = [.. Enumerable.Range(0, 600).Select(i => SafeTensor.View($"tensor-{i}", [shared.Length], shared))];

        Should.Throw<SafeTensorsException>(() => SafeTensors.ToBytes(many)).Message.ShouldStartWith($"file: expected at most {Array.MaxLength} bytes in all, got 2516");
    }

    [Fact]
    public void Read_VisibleBuffer_TensorsSeeItAndATornOneIsRefused()
    {
        byte[] file = Write([SafeTensor.FromFloats("a", [2], [1, 2])], null);

        SafeTensor read = SafeTensors.Read(new MemoryStream(file, 0, file.Length, writable: false, publiclyVisible: true), file.Length).Tensors[0];
        read.ToFloats().ShouldBe([1, 2]);
        file.AsSpan(file.Length - 4).Clear();

        read.ToFloats().ShouldBe([1, 0]);
        Should.Throw<SafeTensorsException>(() => SafeTensors.Read(new MemoryStream(file, 0, file.Length - 1, writable: false, publiclyVisible: true), file.Length))
            .Message.ShouldBe("elements: expected 8 bytes, got 7: the file is torn");
    }

    [Fact]
    public void ToFloats_AnotherType_IsRefused()
        => Should.Throw<SafeTensorsException>(() => new SafeTensor("a", SafeTensorType.F64, [1], new byte[8]).ToFloats()).Message.ShouldContain("expected F32, got F64");

    private static byte[] BytesOf(SafeTensorType type, long[] shape, int seed)
    {
        byte[] bytes = new byte[shape.Aggregate(1L, (product, length) => product * length) * SafeTensor.SizeOf(type)];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)((seed * 31) + (i * 7));
        }

        return bytes;
    }

    private static byte[] Write(IReadOnlyList<SafeTensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var stream = new MemoryStream();
        SafeTensors.Write(stream, tensors, metadata);
        return stream.ToArray();
    }

    /// <summary>Lone surrogates are no text.</summary>
    private static string WellFormed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private sealed class ForwardStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();
    }
}
