using System.Text.Json;
using CsCheck;
using S2M.Coordinator.Training;

namespace S2M.Coordinator.Tests.Training;

public sealed class EventLogTests
{
    [Fact]
    public void Append_AnyTreeOfLists_LeavesEachAsItWas()
        => Gen.Int[0, 1000].Array[1, 100].Sample(parents =>
        {
            // Each new list grows from any list before it, so that stores are shared and forked in every way.
            List<(IReadOnlyList<int> List, int[] Expected)> lists = [([], [])];
            for (int i = 0; i < parents.Length; i++)
            {
                (IReadOnlyList<int> list, int[] expected) = lists[parents[i] % lists.Count];
                lists.Add((EventLog<int>.Append(list, i), [.. expected, i]));
            }

            lists.ShouldAllBe(pair => pair.List.Count == pair.Expected.Length && pair.List.SequenceEqual(pair.Expected));
            lists.ShouldAllBe(pair => Enumerable.Range(0, pair.List.Count).All(index => pair.List[index] == pair.Expected[index]));
        });

    [Fact]
    public void Item_BehindTheEnd_IsRefusedThoughALongerListHasIt()
    {
        IReadOnlyList<int> shorter = EventLog<int>.Append([], 1);
        EventLog<int>.Append(shorter, 2);

        Should.Throw<ArgumentOutOfRangeException>(() => shorter[1]);
        Should.Throw<ArgumentOutOfRangeException>(() => shorter[-1]);
    }

    [Fact]
    public void Serialize_History_IsTheJsonOfAnArray()
    {
        StepRecord[] steps = [new(1, 0.5, 0.25, 1e-3), new(2, 0.4, 0.5, 2e-3)];
        TrainingHistory grown = TrainingHistory.Empty.With(steps[0]).With(steps[1]).With(new ValidationRecord(2, 0.75));

        JsonSerializer.Serialize(grown).ShouldBe(JsonSerializer.Serialize(new TrainingHistory(steps, [new(2, 0.75)], 0, 0, 0)));
    }
}
