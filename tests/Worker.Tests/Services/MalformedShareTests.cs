using CsCheck;
using Google.Protobuf;
using Grpc.Core;
using S2M.Protos.V1;
using S2M.Worker.Services;
using S2M.Worker.Tests.Processes;

namespace S2M.Worker.Tests.Services;

/// <summary>Whatever bytes come, the worker answers or refuses, and goes on.</summary>
public sealed class MalformedShareTests(ServedWorker served) : IClassFixture<ServedWorker>
{
    // Around what is right, and at the ends of the type: where an index is off by one, or a sum overflows.
    private static readonly int[] Ends = [int.MinValue, int.MaxValue, 7999, 8000, ServedJob.EndOfImages - 1, ServedJob.EndOfImages];

    private static readonly Gen<int> Number = Gen.Frequency((6, Gen.Int[-1, 14]), (1, Gen.Int[0, Ends.Length - 1].Select(index => Ends[index])));

    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(bytes => bytes, bytes => bytes);
    private static readonly StatusCode[] Refusals = [StatusCode.InvalidArgument, StatusCode.FailedPrecondition];

    [Fact]
    public async Task ComputeShare_OneFieldSetToAnyNumber_IsAnsweredOrRefused()
    {
        byte[][] whole = [.. Wholes().Select(request => request.ToByteArray())];
        await Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Int[0, int.MaxValue], Number).SampleAsync(
            async (which, place, number) =>
            {
                ComputeShareRequest request = ComputeShareRequest.Parser.ParseFrom(whole[which]);
                Change(request, place, number);

                // Nobody takes arrays beside the call here.
                request.TicketBytes = 0;
                await AnsweredOrRefusedAsync(request);
            },
            iter: 120,
            threads: 1);

        await StillRightAsync();
    }

    [Fact]
    public async Task ComputeShare_AnyByteFlipped_IsAnsweredOrRefused()
    {
        byte[][] whole = [.. Wholes().Select(request => request.ToByteArray())];
        await Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Int[0, int.MaxValue], Gen.Byte).SampleAsync(
            async (which, place, value) =>
            {
                byte[] bytes = [.. whole[which]];
                bytes[place % bytes.Length] = value;
                if (Parse(bytes) is { } request)
                {
                    // Nobody is to be waited for who does not exist, and nobody takes arrays beside the call.
                    request.ParametersAt = served.Share.ParametersAt;
                    request.TicketBytes = 0;
                    await AnsweredOrRefusedAsync(request);
                }
            },
            iter: 120,
            threads: 1);

        await StillRightAsync();
    }

    [Fact]
    public void Require_AnyBytesThatAreARequest_ThrowsNothingButRefusals()
        => Gen.Byte.Array[0, 300].Sample(bytes =>
        {
            if (Parse(bytes) is not { } request)
            {
                return;
            }

            try
            {
                ShareChecks.Require(request);
            }
            catch (RpcException refusal)
            {
                refusal.StatusCode.ShouldBe(StatusCode.InvalidArgument);
            }
        });

    [Fact]
    public async Task ComputeShare_BytesThatAreNoRequest_AreRefused()
    {
        var method = new Method<byte[], byte[]>(
            MethodType.ServerStreaming, "s2m.v1.WorkerService", "ComputeShare", Bytes, Bytes);
        var headers = new Metadata { { "authorization", $"Bearer {FakeCoordinator.Token}" } };
        foreach (byte[] bytes in new byte[][] { [0xFF], [0x0A, 0x7F], [.. Enumerable.Repeat((byte)0x63, 500)] })
        {
            using AsyncServerStreamingCall<byte[]> call = served.Client.Channel.CreateCallInvoker().AsyncServerStreamingCall(method, null, new CallOptions(headers), bytes);
            await Should.ThrowAsync<RpcException>(() => call.ResponseStream.MoveNext(default));
        }

        await StillRightAsync();
    }

    [Fact]
    public async Task ComputeShare_LargerThanAllowed_IsRefused()
    {
        ComputeShareRequest request = served.Share;
        request.SpecificationHash = new string('0', 17 << 20);

        (await served.Client.RefusedAsync(request)).StatusCode.ShouldBe(StatusCode.ResourceExhausted);
        await StillRightAsync();
    }

    private static ComputeShareRequest? Parse(byte[] bytes)
    {
        try
        {
            return ComputeShareRequest.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>Sets one of the numbers or lists of numbers of a message, somewhere below it.</summary>
    private static void Change(IMessage message, int place, int number)
    {
        var setters = new List<Action>();
        Collect(message, number, setters);
        setters[place % setters.Count]();
    }

    private static void Collect(IMessage message, int number, List<Action> setters)
    {
        foreach (Google.Protobuf.Reflection.FieldDescriptor field in message.Descriptor.Fields.InDeclarationOrder())
        {
            object? value = field.Accessor.GetValue(message);
            switch (value)
            {
                case int or Enum:
                    setters.Add(() => field.Accessor.SetValue(message, number));
                    break;
                case long:
                    setters.Add(() => field.Accessor.SetValue(message, (long)number));
                    break;
                case IMessage below:
                    setters.Add(() => field.Accessor.Clear(message));
                    Collect(below, number, setters);
                    break;
                case Google.Protobuf.Collections.RepeatedField<int> list:
                    setters.Add(() => list.Add(number));
                    setters.Add(list.Clear);
                    setters.AddRange(Enumerable.Range(0, list.Count).Select(index => (Action)(() => list[index] = number)));
                    break;
                case System.Collections.IEnumerable below and not string:
                    foreach (IMessage item in below.OfType<IMessage>())
                    {
                        Collect(item, number, setters);
                    }

                    break;
                default:
                    break;
            }
        }
    }

    private IEnumerable<ComputeShareRequest> Wholes()
    {
        S2M.Data.Sampling.Episode episode = served.Job.Local.Sample(0);
        ComputeShareRequest gradient = served.Share;
        gradient.Gradient = served.Job.Gradient(3, 1, 2);
        ComputeShareRequest embedding = served.Share;
        embedding.Embedding = new EmbeddingWork { Images = ServedJob.Write(episode.Pool) };
        ComputeShareRequest scoring = served.Share;
        scoring.Scoring = new ScoringWork { Descriptors = ServedJob.DescriptorsName, Head = ScoringHead.Job, Groups = { episode.Groups.Select(ServedJob.Write) } };
        ComputeShareRequest ranking = served.Share;
        ranking.Ranking = new RankingWork
        {
            Descriptors = ServedJob.DescriptorsName,
            Head = ScoringHead.Job,
            Supports = { new RowList { Rows = { 0, 1 } } },
            Targets = new RowList { Rows = { 2, 3 } },
        };
        return [gradient, embedding, scoring, ranking];
    }

    private async Task AnsweredOrRefusedAsync(ComputeShareRequest request)
    {
        // An epoch once raised would refuse all that follows.
        request.Epoch = Math.Min(request.Epoch, 3);
        try
        {
            await served.Client.ComputeAsync(request);
        }
        catch (RpcException refusal)
        {
            Refusals.ShouldContain(refusal.StatusCode, $"{refusal.Status}: {request}");
        }
    }

    private async Task StillRightAsync()
    {
        ComputeShareRequest request = served.Share;
        request.Gradient = served.Job.Gradient(1, 0, 1);
        (await served.Client.ComputeAsync(request)).Floats(0).ShouldBe(served.Job.Local.Runner.ComputeEpisode(served.Job.Start, served.Job.Local.Sample(0)).Values);
    }
}
