using System.Buffers.Binary;
using System.Text.Json;

namespace S2M.Numerics.Parameters;

/// <summary>
/// Reads and writes safetensors: eight bytes of header length, a JSON header, the elements. The header is padded with spaces so that elements begin
/// at a multiple of 8. Reading trusts nothing: every length and offset is checked before it is used.
/// </summary>
public static class SafeTensors
{
    private const int Alignment = 8;
    private const int LengthBytes = 8;
    private const int LargestHeader = 100_000_000;
    private const int Chunk = 1 << 16;
    private const string MetadataName = "__metadata__";

    /// <summary>Writes a file.</summary>
    /// <param name="stream">Receives the bytes.</param>
    /// <param name="tensors">The tensors; their bytes follow one another in this order.</param>
    /// <param name="metadata">Free strings, or null.</param>
    /// <exception cref="SafeTensorsException">A name occurs twice, is reserved or no text, or bytes and shape disagree. Nothing was written.</exception>
    public static void Write(Stream stream, IReadOnlyList<SafeTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        stream.Write(Header(tensors, metadata));
        foreach (SafeTensor tensor in tensors)
        {
            stream.Write(tensor.Bytes.Span);
        }
    }

    /// <summary>A file's bytes, in one array that is made once.</summary>
    /// <param name="tensors">As for <see cref="Write"/>; together less than 2 GiB.</param>
    /// <exception cref="SafeTensorsException">As for <see cref="Write"/>, or they are more.</exception>
    public static byte[] ToBytes(IReadOnlyList<SafeTensor> tensors)
    {
        byte[] header = Header(tensors, metadata: null);
        long length = header.Length + tensors.Sum(static tensor => (long)tensor.Bytes.Length);
        Require(length <= Array.MaxLength, $"file: expected at most {Array.MaxLength} bytes in all, got {length}");
        byte[] file = GC.AllocateUninitializedArray<byte>((int)length);
        header.CopyTo(file, 0);
        int position = header.Length;
        foreach (SafeTensor tensor in tensors)
        {
            tensor.Bytes.Span.CopyTo(file.AsSpan(position));
            position += tensor.Bytes.Length;
        }

        return file;
    }

    /// <summary>Reads a whole file.</summary>
    /// <param name="stream">The file, from its beginning to its end. Where it is a <see cref="MemoryStream"/> whose buffer is visible, tensors see that buffer.</param>
    /// <param name="maximumBytes">Larger files are refused before they are read.</param>
    /// <exception cref="SafeTensorsException">The file is too large, torn, or not of the format.</exception>
    public static SafeTensorFile Read(Stream stream, long maximumBytes)
    {
        byte[] length = ReadBytes(stream, LengthBytes, "header length");
        long headerLength = BinaryPrimitives.ReadInt64LittleEndian(length);
        Require(headerLength is >= 2 and <= LargestHeader && headerLength <= maximumBytes, $"header length: expected 2 to {Math.Min(LargestHeader, maximumBytes)} bytes, got {headerLength}");
        byte[] header = ReadBytes(stream, (int)headerLength, "header");

        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal);

        // A stable order: tensors without elements share their offsets.
        Entry[] entries = [.. ParseHeader(header, metadata).OrderBy(entry => entry.Begin).ThenBy(entry => entry.End)];
        long position = 0;
        foreach (Entry entry in entries)
        {
            Require(entry.Begin == position, $"tensor '{entry.Name}': expected bytes without gap or overlap from {position}, got {entry.Begin}");
            position = entry.End;
        }

        Require(position <= maximumBytes - headerLength, $"elements: expected at most {maximumBytes - headerLength} bytes, got {position}");
        ReadOnlyMemory<byte> elements = ReadElements(stream, (int)position);
        Require(stream.ReadByte() < 0, $"end of file: expected it after {position} bytes of elements, got more");
        return new SafeTensorFile(
            [.. entries.Select(entry => new SafeTensor(entry.Name, entry.Type, entry.Shape, elements.Slice((int)entry.Begin, (int)(entry.End - entry.Begin))))], metadata);
    }

    private static ReadOnlyMemory<byte> ReadElements(Stream stream, int count)
    {
        if (stream is not MemoryStream memory || !memory.TryGetBuffer(out ArraySegment<byte> buffer))
        {
            return ReadBytes(stream, count, "elements");
        }

        RequireWhole(memory.Length - memory.Position, count, "elements");
        ReadOnlyMemory<byte> elements = buffer.AsMemory((int)memory.Position, count);
        memory.Position += count;
        return elements;
    }

    /// <summary>Reads so many bytes. What the file only claims to hold is not allocated.</summary>
    private static byte[] ReadBytes(Stream stream, int count, string name)
    {
        if (stream.CanSeek)
        {
            RequireWhole(Math.Max(0, stream.Length - stream.Position), count, name);
        }

        byte[] bytes = new byte[stream.CanSeek ? count : Math.Min(count, Chunk)];
        int got = 0;
        while (true)
        {
            got += stream.ReadAtLeast(bytes.AsSpan(got), bytes.Length - got, throwOnEndOfStream: false);
            if (got < bytes.Length || got == count)
            {
                RequireWhole(got, count, name);
                return bytes;
            }

            Array.Resize(ref bytes, (int)Math.Min(count, 2L * got));
        }
    }

    private static void RequireWhole(long got, int count, string name) => Require(got >= count, $"{name}: expected {count} bytes, got {got}: the file is torn");

    /// <summary>What comes before the elements.</summary>
    private static byte[] Header(IReadOnlyList<SafeTensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var header = new MemoryStream();
        header.SetLength(LengthBytes);
        header.Position = LengthBytes;
        WriteHeader(header, tensors, metadata);
        while (header.Length % Alignment != 0)
        {
            header.WriteByte((byte)' ');
        }

        byte[] bytes = header.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(bytes, bytes.Length - LengthBytes);
        return bytes;
    }

    private static void WriteHeader(Stream header, IReadOnlyList<SafeTensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var json = new Utf8JsonWriter(header);
        json.WriteStartObject();
        if (metadata is not null)
        {
            json.WriteStartObject(MetadataName);
            foreach ((string key, string value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                json.WriteString(Text(key), Text(value));
            }

            json.WriteEndObject();
        }

        long offset = 0;
        var names = new HashSet<string>(StringComparer.Ordinal) { MetadataName };
        foreach (SafeTensor tensor in tensors)
        {
            Require(names.Add(Text(tensor.Name)), $"tensor '{tensor.Name}': expected a name that is not taken");
            long bytes = ByteCount(tensor.Name, tensor.Type, tensor.Shape);
            Require(bytes == tensor.Bytes.Length, $"tensor '{tensor.Name}': expected {bytes} bytes for its shape, got {tensor.Bytes.Length}");
            json.WriteStartObject(tensor.Name);
            json.WriteString("dtype", tensor.Type.ToString());
            WriteNumbers(json, "shape", tensor.Shape);
            WriteNumbers(json, "data_offsets", [offset, offset + bytes]);
            json.WriteEndObject();
            offset += bytes;
        }

        json.WriteEndObject();
    }

    /// <summary>The text itself; a lone surrogate, which JSON would silently replace, is refused.</summary>
    private static string Text(string text)
    {
        Require(string.Concat(text.EnumerateRunes()) == text, $"'{text}': expected text without lone surrogates");
        return text;
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    private static List<Entry> ParseHeader(byte[] header, SortedDictionary<string, string> metadata)
    {
        var entries = new List<Entry>();
        try
        {
            using JsonDocument document = JsonDocument.Parse(header, new JsonDocumentOptions { AllowDuplicateProperties = false });
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (property.Name == MetadataName)
                {
                    foreach (JsonProperty text in property.Value.EnumerateObject())
                    {
                        metadata.Add(text.Name, text.Value.GetString() ?? throw new SafeTensorsException($"metadata '{text.Name}': expected a string, got null"));
                    }
                }
                else
                {
                    entries.Add(ParseEntry(property));
                }
            }
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new SafeTensorsException($"header: expected JSON with dtype, shape and data_offsets for each tensor, got something else: {problem.Message}", problem);
        }

        return entries;
    }

    private static Entry ParseEntry(JsonProperty property)
    {
        string? typeName = property.Value.GetProperty("dtype").GetString();
        Require(
            Enum.TryParse(typeName, out SafeTensorType type) && type.ToString() == typeName,
            $"tensor '{property.Name}': expected dtype {string.Join(", ", Enum.GetNames<SafeTensorType>())}, got '{typeName}'");
        long[] shape = [.. property.Value.GetProperty("shape").EnumerateArray().Select(number => number.GetInt64())];
        long[] offsets = [.. property.Value.GetProperty("data_offsets").EnumerateArray().Select(number => number.GetInt64())];
        Require(offsets.Length == 2, $"tensor '{property.Name}': expected two data_offsets, got {offsets.Length}");
        long bytes = ByteCount(property.Name, type, shape);
        Require(
            offsets[0] >= 0 && offsets[1] >= offsets[0] && offsets[1] <= Array.MaxLength && offsets[1] - offsets[0] == bytes,
            $"tensor '{property.Name}': expected data_offsets that span {bytes} bytes below 2 GiB, got [{offsets[0]}, {offsets[1]}]");
        return new Entry(property.Name, type, shape, offsets[0], offsets[1]);
    }

    private static long ByteCount(string name, SafeTensorType type, IReadOnlyList<long> shape)
    {
        long bytes = SafeTensor.SizeOf(type);
        foreach (long length in shape)
        {
            Require(length >= 0 && (length == 0 || bytes <= Array.MaxLength / length), $"tensor '{name}': expected a shape of less than 2 GiB, got [{string.Join(", ", shape)}]");
            bytes *= length;
        }

        return bytes;
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new SafeTensorsException(message);
        }
    }

    private sealed record Entry(string Name, SafeTensorType Type, long[] Shape, long Begin, long End);
}
