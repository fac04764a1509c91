using System.Runtime.InteropServices;
using CsCheck;
using Google.Protobuf;
using Grpc.Core;
using S2M.Coordinator.Dispatch;
using S2M.Coordinator.Workers;
using S2M.Protos.V1;

namespace S2M.Coordinator.Tests.Dispatch;

/// <summary>What comes from a worker is believed when it is whole, and never crashes the coordinator.</summary>
public sealed class ShareAnswerTests
{
    private static readonly LentWorker Worker = new("worker-0", "1", "http://127.0.0.1:1", "cpu");

    private static readonly Gen<ComputeShareResponse> Part = Gen.OneOf(
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], Gen.Bool).Select((type, length, node) => new ComputeShareResponse
        {
            Array = new ArrayHeader { ElementType = (ElementType)type, Length = length, Node = node ? new TreeNode { First = length, Count = type, Present = length } : null },
        }),
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3]).Select((offset, words) => new ComputeShareResponse
        {
            Chunk = new TensorChunk { Offset = 4 * offset, Data = ByteString.CopyFrom(new byte[4 * words]) },
        }),
        Gen.Const(new ComputeShareResponse { Done = new ShareDone() }),
        Gen.Const(new ComputeShareResponse { Network = new NetworkDefinition() }),
        Gen.Const(new ComputeShareResponse()),
        Gen.Long.Where(length => length is < 0 or > 1L << 30)
            .Select(length => new ComputeShareResponse { Array = new ArrayHeader { ElementType = ElementType.Float32, Length = length } }));

    [Fact]
    public async Task ReadAsync_AnyStream_IsBelievedIfAndOnlyIfItIsWhole()
    {
        int believed = 0;
        Gen<ComputeShareResponse[]> streams = Gen.OneOf(
            Part.Array[0, 8],
            Gen.Select(Gen.Int[0, 3].Array[0, 3], Part.Array[0, 1], Gen.Bool).Select(Nearly));
        await streams.SampleAsync(
            async parts =>
            {
                ShareAnswer? answer = await TryReadAsync(parts);
                (answer is not null).ShouldBe(IsWhole(parts));
                if (answer is not null)
                {
                    Interlocked.Increment(ref believed);
                    answer.Count.ShouldBe(parts.Count(part => part.PartCase == ComputeShareResponse.PartOneofCase.Array));
                    for (int index = 0; index <= answer.Count; index++)
                    {
                        Refused(() => answer.Floats(index));
                        Refused(() => answer.Doubles(index));
                        Refused(() => answer.Node(index));
                    }

                    Refused(() => WireNetwork.ToDefinition(answer));
                }
            },
            iter: 20_000,
            threads: 1,
            seed: "0000KxO5Xl7e");
        believed.ShouldBeGreaterThan(100, "both kinds are drawn");
    }

    [Fact]
    public async Task ReadAsync_ArraysInChunks_AreReadBack()
    {
        float[] floats = [1.5f, -0f, float.NaN];
        double[] doubles = [Math.PI];
        byte[] bytes = MemoryMarshal.AsBytes<float>(floats).ToArray();
        ShareAnswer answer = (await TryReadAsync(
        [
            new ComputeShareResponse
            {
                Array = new ArrayHeader { ElementType = ElementType.Float32, Length = 3, Node = new TreeNode { First = 4, Count = 2, Present = 2, Metrics = { 0.25 } } },
            },
            new ComputeShareResponse { Chunk = new TensorChunk { Data = ByteString.CopyFrom(bytes.AsSpan(0, 5)) } },
            new ComputeShareResponse { Chunk = new TensorChunk { Offset = 5, Data = ByteString.CopyFrom(bytes.AsSpan(5)) } },
            new ComputeShareResponse { Array = new ArrayHeader { ElementType = ElementType.Float64, Length = 1 } },
            new ComputeShareResponse { Chunk = new TensorChunk { Data = ByteString.CopyFrom(MemoryMarshal.AsBytes<double>(doubles)) } },
            new ComputeShareResponse { Done = new ShareDone { Items = 2 } },
        ])).ShouldNotBeNull();

        MemoryMarshal.AsBytes<float>(answer.Floats(0)).ToArray().ShouldBe(bytes);
        answer.Doubles(1).ShouldBe(doubles);
        (answer.Node(0).First, answer.Node(0).Count, answer.Node(0).Sum.Present, answer.Node(0).Sum.Metrics[0]).ShouldBe((4, 2, 2, 0.25));
        answer.Done.Items.ShouldBe(2);
        answer.Worker.ShouldBe(Worker);
        Should.Throw<ShareAnswerException>(() => answer.Doubles(0));
        Should.Throw<ShareAnswerException>(() => answer.Node(1));
        Should.Throw<ShareAnswerException>(() => answer.Node(2));
    }

    [Fact]
    public async Task ReadAsync_Halves_AreTheNumbersThatTheyStandFor()
    {
        float[] floats = [1.5f, -0f, 3.3895314e38f, -1.1754944e-38f, .. Enumerable.Repeat(0.0078125f, 40)];
        ushort[] halves = [.. floats.Select(value => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16))];
        byte[] bytes = MemoryMarshal.AsBytes<ushort>(halves).ToArray();

        ShareAnswer answer = (await TryReadAsync([.. Parts(bytes, 6), new ComputeShareResponse { Done = new ShareDone() }])).ShouldNotBeNull();

        answer.Node(0).Sum.Values.Select(BitConverter.SingleToUInt32Bits).ShouldBe(floats.Select(BitConverter.SingleToUInt32Bits));
        (await TryReadAsync([.. Parts(bytes, 5), new ComputeShareResponse { Done = new ShareDone() }])).ShouldBeNull("half a number");

        static ComputeShareResponse[] Parts(byte[] bytes, int cut) =>
        [
            new ComputeShareResponse
            {
                Array = new ArrayHeader { ElementType = ElementType.Bfloat16, Length = bytes.Length / 2, Node = new TreeNode { First = 3, Count = 1, Present = 1 } },
            },
            new ComputeShareResponse { Chunk = new TensorChunk { Data = ByteString.CopyFrom(bytes.AsSpan(0, cut)) } },
            new ComputeShareResponse { Chunk = new TensorChunk { Offset = cut, Data = ByteString.CopyFrom(bytes.AsSpan(cut)) } },
        ];
    }

    [Theory]
    [InlineData(ElementType.Bfloat16, (1L << 29) + 1)]
    [InlineData(ElementType.Float32, (1L << 28) + 1)]
    [InlineData(ElementType.Float64, (1L << 27) + 1)]
    [InlineData(ElementType.Float64, long.MaxValue)]
    [InlineData(ElementType.Float32, -1)]
    public async Task ReadAsync_ArrayThatNoWorkerHas_IsRefusedBeforeMemoryIsTaken(ElementType type, long length)
        => (await TryReadAsync([new ComputeShareResponse { Array = new ArrayHeader { ElementType = type, Length = length } }])).ShouldBeNull();

    private static ComputeShareResponse[] Nearly(int[] lengths, ComputeShareResponse[] disturbance, bool isLast)
    {
        var parts = lengths.SelectMany(length => (ComputeShareResponse[])
        [
            new ComputeShareResponse { Array = new ArrayHeader { ElementType = length % 2 == 0 ? ElementType.Float32 : ElementType.Float64, Length = 2 * length } },
            .. Enumerable.Range(0, length).Select(chunk => new ComputeShareResponse
            {
                Chunk = new TensorChunk { Offset = chunk * (length % 2 == 0 ? 8 : 16), Data = ByteString.CopyFrom(new byte[length % 2 == 0 ? 8 : 16]) },
            }),
        ]).ToList();
        parts.InsertRange(isLast ? parts.Count : 0, disturbance);
        parts.Add(new ComputeShareResponse { Done = new ShareDone() });
        return [.. parts];
    }

    // The contract of worker.proto and tensor.proto, word by word.
    private static bool IsWhole(ComputeShareResponse[] parts)
    {
        if (parts is [] || parts[^1].PartCase != ComputeShareResponse.PartOneofCase.Done)
        {
            return false;
        }

        long missing = 0;
        long filled = -1;
        foreach (ComputeShareResponse part in parts[..^1])
        {
            switch (part.PartCase)
            {
                case ComputeShareResponse.PartOneofCase.Network:
                    break;
                case ComputeShareResponse.PartOneofCase.Array when missing == 0
                    && part.Array.Length is >= 0 and < 100 && part.Array.ElementType is ElementType.Float32 or ElementType.Float64 or ElementType.Bfloat16:
                    (missing, filled) = (part.Array.Length * (part.Array.ElementType switch { ElementType.Float32 => 4, ElementType.Float64 => 8, _ => 2 }), 0);
                    break;
                case ComputeShareResponse.PartOneofCase.Chunk when part.Chunk.Offset == filled && part.Chunk.Data.Length <= missing:
                    (missing, filled) = (missing - part.Chunk.Data.Length, filled + part.Chunk.Data.Length);
                    break;
                default:
                    return false;
            }
        }

        return missing == 0;
    }

    private static void Refused<T>(Func<T> read)
    {
        try
        {
            read();
        }
        catch (ShareAnswerException)
        {
            // The only way to say no.
        }
    }

    private static async Task<ShareAnswer?> TryReadAsync(ComputeShareResponse[] parts)
    {
        try
        {
            return await ShareAnswer.ReadAsync(Worker, new Uri(Worker.Address), new Stream(parts), CancellationToken.None);
        }
        catch (ShareAnswerException)
        {
            return null;
        }
    }

    private sealed class Stream(ComputeShareResponse[] parts) : IAsyncStreamReader<ComputeShareResponse>
    {
        private int _next;

        public ComputeShareResponse Current => parts[_next - 1];

        public Task<bool> MoveNext(CancellationToken cancellationToken) => Task.FromResult(_next++ < parts.Length);
    }
}
