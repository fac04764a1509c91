using System.Collections;
using System.Globalization;
using CsCheck;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace S2M.Integration.Tests.Doors;

/// <summary>Numbers that decide what a random message is. At its end it gives zeros, which leave fields out: a shorter tape of smaller numbers is a simpler message.</summary>
internal sealed class Tape(uint[] numbers, IReadOnlyList<string> texts)
{
    private const int Deepest = 4;
    private const int Most = 3;

    private static readonly long[] Edges = [0, 1, -1, 2, 1000, 1001, int.MaxValue, int.MinValue, 64L << 20, long.MaxValue, long.MinValue];
    private static readonly double[] Fractions = [0, 1, -1, 0.5, double.NaN, double.PositiveInfinity, double.MaxValue, double.Epsilon];

    private int _next;

    /// <summary>Random tapes.</summary>
    internal static Gen<uint[]> Numbers { get; } = Gen.UInt.Array[1, 60];

    /// <summary>A message of a type.</summary>
    internal IMessage Message(MessageDescriptor type) => Message(type, 0);

    private IMessage Message(MessageDescriptor type, int depth)
    {
        IMessage message = type.Parser.ParseFrom([]);
        foreach (FieldDescriptor field in type.Fields.InDeclarationOrder().Where(_ => Next(4) > 0))
        {
            object value = field.Accessor.GetValue(message);
            if (field.IsMap)
            {
                ((IDictionary)value)[Text()] = Text();
            }
            else if (!field.IsRepeated)
            {
                field.Accessor.SetValue(message, Value(field, depth));
            }
            else
            {
                for (int count = Next(Most + 1); count > 0; count--)
                {
                    ((IList)value).Add(Value(field, depth));
                }
            }
        }

        return message;
    }

    private object Value(FieldDescriptor field, int depth) => field.FieldType switch
    {
        FieldType.String => Text(),
        FieldType.Bytes => ByteString.CopyFrom(new byte[Next(3) * 1000]),
        FieldType.Bool => Next(2) > 0,
        FieldType.Double => Fractions[Next(Fractions.Length)],
        FieldType.Float => (float)Fractions[Next(Fractions.Length)],
        FieldType.Int32 => (int)Math.Clamp(Edges[Next(Edges.Length)], int.MinValue, int.MaxValue),
        FieldType.Int64 => Edges[Next(Edges.Length)],
        FieldType.UInt64 => (ulong)Edges[Next(Edges.Length)],
        FieldType.Enum => Enum.ToObject(field.EnumType.ClrType, Next(10) - 1),
        FieldType.Message => depth < Deepest ? Message(field.MessageType, depth + 1) : field.MessageType.Parser.ParseFrom([]),
        _ => throw new InvalidOperationException($"field {field.FullName}: expected a type that is known here, got {field.FieldType}; add it"),
    };

    private string Text()
    {
        int index = Next(texts.Count + 1);
        return index < texts.Count ? texts[index] : new Guid(Next(4), 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]).ToString("D", CultureInfo.InvariantCulture);
    }

    private int Next(int limit) => _next < numbers.Length ? (int)(numbers[_next++] % (uint)limit) : 0;
}
